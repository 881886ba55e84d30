/* Fibonacci numbers modulo 7919, like SP1's example: one stdin entry, n as u32 LE; public values
   n, F(n) and F(n+1), u32 LE each. */
#include "sp1.h"

#define MODULUS 7919

static void commit_word(u32 word) {
    u8 bytes[4] = {word, word >> 8, word >> 16, word >> 24};
    commit(bytes, sizeof bytes);
}

int main(void) {
    if (stdin_length() != 4) {
        print_error("fibonacci: stdin is not one entry of 4 bytes");
        return EXIT_STDIN;
    }
    const u8 *entry = stdin_read(4);
    u32 n = (u32)entry[0] | (u32)entry[1] << 8 | (u32)entry[2] << 16 | (u32)entry[3] << 24;
    if (stdin_length() != NO_ENTRY) {
        print_error("fibonacci: stdin has more than one entry");
        return EXIT_STDIN;
    }
    u32 current = 0, next = 1;
    for (u32 i = 0; i < n; i++) {
        u32 sum = (current + next) % MODULUS;
        current = next;
        next = sum;
    }
    commit_word(n);
    commit_word(current);
    commit_word(next);
    return EXIT_OK;
}
