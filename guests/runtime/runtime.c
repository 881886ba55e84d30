#include "sha256.h"
#include "syscall.h"

/* The first address after the program, from the linker script. */
extern u64 image_end[];

/* The stack grows down from where the image starts. */
__asm__(
    ".section .text.start, \"ax\"\n"
    ".globl start\n"
    "start:\n"
    ".option push\n"
    ".option norelax\n"
    "    la gp, __global_pointer$\n"
    ".option pop\n"
    "    li sp, 0x78000000\n"
    "    call run\n");

/* Memory for stdin entries: HINT_READ wants words that nothing has touched before. */
static u64 *fresh_memory;
static struct sha256 public_values;

_Noreturn void run(void) {
    fresh_memory = image_end;
    sha256_start(&public_values);
    halt(main());
}

u64 stdin_length(void) { return syscall2(SYS_HINT_LEN, 0, 0); }

const u8 *stdin_read(u64 length) {
    u64 *entry = fresh_memory;
    /* The call writes one word more than the full words, even when nothing is left for it. */
    fresh_memory += length / 8 + 1;
    syscall2(SYS_HINT_READ, (u64)entry, length);
    return (const u8 *)entry;
}

void commit(const void *bytes, u64 length) {
    syscall3(SYS_WRITE, FD_PUBLIC_VALUES, (u64)bytes, length);
    sha256_add(&public_values, bytes, length);
}

void print_error(const char *line) {
    u64 length = 0;
    while (line[length]) {
        length++;
    }
    syscall3(SYS_WRITE, FD_STDERR, (u64)line, length);
}

void halt_with_digest(const u32 digest[8], u32 exit_code) {
    for (int i = 0; i < 8; i++) {
        syscall2(SYS_COMMIT, i, digest[i]);
    }
    for (int i = 0; i < 8; i++) {
        syscall2(SYS_COMMIT_DEFERRED_PROOFS, i, 0);
    }
    syscall2(SYS_HALT, exit_code, 0);
    __builtin_unreachable();
}

void halt(u32 exit_code) {
    u32 digest[8];
    sha256_end(&public_values, digest);
    for (int i = 0; i < 8; i++) {
        u32 word = digest[i];
        digest[i] = word >> 24 | (word >> 8 & 0xff00) | (word << 8 & 0xff0000) | word << 24;
    }
    halt_with_digest(digest, exit_code);
}
