/* n steps of a walk on secp256k1, two precompiles each: double, then add the generator. stdin is
   n as u64 LE; the public values are n and the point, x then y, little-endian words. */
#include "sp1.h"
#include "syscall.h"

#define POINT_WORDS 8

/* SEC 2, section 2.4.1. */
static const u64 generator[POINT_WORDS] = {
    0x59f2815b16f81798, 0x029bfcdb2dce28d9, 0x55a06295ce870b07, 0x79be667ef9dcbbac,
    0x9c47d08ffb10d4b8, 0xfd17b448a6855419, 0x5da4fbfc0e1108a8, 0x483ada7726a3c465,
};

int main(void) {
    if (stdin_length() != 8) {
        return EXIT_STDIN;
    }
    u64 steps = *(const u64 *)stdin_read(8);
    u64 point[POINT_WORDS], addend[POINT_WORDS];
    for (int i = 0; i < POINT_WORDS; i++) {
        point[i] = addend[i] = generator[i];
    }
    for (u64 i = 0; i < steps; i++) {
        syscall2(SYS_SECP256K1_DOUBLE, (u64)point, 0);
        syscall2(SYS_SECP256K1_ADD, (u64)point, (u64)addend);
    }
    commit(&steps, sizeof steps);
    commit(point, sizeof point);
    return EXIT_OK;
}
