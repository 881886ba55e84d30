/* n rounds of loads, stores, multiplications and branches that depend on data, over 1 MiB. stdin
   is n as u64 LE; the public values are n and a checksum. */
#include "sp1.h"

#define WORDS (1u << 17)

static u64 table[WORDS];

/* Marsaglia's xorshift64, with the shifts of his 2003 paper. */
static u64 shuffle(u64 state) {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^ state << 17;
}

int main(void) {
    if (stdin_length() != 8) {
        return EXIT_STDIN;
    }
    u64 rounds = *(const u64 *)stdin_read(8);
    u64 state = 88172645463325252ul, sum = 0;
    for (u64 round = 0; round < rounds; round++) {
        for (u64 i = 0; i < WORDS; i++) {
            state = shuffle(state);
            u64 *word = &table[state % WORDS];
            if (*word & 1) {
                sum += *word * state;
            } else {
                sum ^= (u32)state / 3 + table[i];
            }
            *word = sum + i;
        }
    }
    commit(&rounds, sizeof rounds);
    commit(&sum, sizeof sum);
    return EXIT_OK;
}
