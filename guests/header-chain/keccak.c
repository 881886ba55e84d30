#include "keccak.h"
#include "syscall.h"

#define LANES 25
#define RATE 136 /* bytes */

static void absorb(u64 state[LANES], u64 position, u8 byte) {
    state[position / 8] ^= (u64)byte << 8 * (position % 8);
}

void keccak256(const u8 *bytes, u64 length, u8 digest[32]) {
    u64 state[LANES] = {0};
    u64 position = 0;
    for (u64 i = 0; i < length; i++) {
        absorb(state, position++, bytes[i]);
        if (position == RATE) {
            syscall2(SYS_KECCAK_PERMUTE, (u64)state, 0);
            position = 0;
        }
    }
    absorb(state, position, 0x01);
    absorb(state, RATE - 1, 0x80);
    syscall2(SYS_KECCAK_PERMUTE, (u64)state, 0);
    for (int i = 0; i < 32; i++) {
        digest[i] = state[i / 8] >> 8 * (i % 8);
    }
}
