/* SP1's system calls: number in t0, arguments in a0 to a2, result in t0.
   Numbers: sp1-core-executor 6.10.0, src/syscall_code.rs. */
#ifndef SYSCALL_H
#define SYSCALL_H

#include "sp1.h"

enum {
    SYS_HALT = 0x00,
    SYS_WRITE = 0x02,
    SYS_COMMIT = 0x10,
    SYS_COMMIT_DEFERRED_PROOFS = 0x1a,
    SYS_HINT_LEN = 0xf0,
    SYS_HINT_READ = 0xf1,
    SYS_KECCAK_PERMUTE = 0x010109,
    SYS_SECP256K1_ADD = 0x01010a,
    SYS_SECP256K1_DOUBLE = 0x00010b,
};

enum { FD_STDOUT = 1, FD_STDERR = 2, FD_PUBLIC_VALUES = 13 };

static inline u64 syscall3(u64 number, u64 first, u64 second, u64 third) {
    register u64 t0 __asm__("t0") = number;
    register u64 a0 __asm__("a0") = first;
    register u64 a1 __asm__("a1") = second;
    register u64 a2 __asm__("a2") = third;
    __asm__ volatile("ecall" : "+r"(t0) : "r"(a0), "r"(a1), "r"(a2) : "memory");
    return t0;
}

static inline u64 syscall2(u64 number, u64 first, u64 second) {
    return syscall3(number, first, second, 0);
}

/* Commit to a digest of the public values (eight little-endian words), and stop. */
_Noreturn void halt_with_digest(const u32 digest[8], u32 exit_code);

#endif
