/* Loads a word from any address (stdin: u64 LE) and commits it. */
#include "sp1.h"

int main(void) {
    if (stdin_length() != 8) {
        return EXIT_STDIN;
    }
    u64 address = *(const u64 *)stdin_read(8);
    u64 value = *(volatile u64 *)address;
    commit(&value, sizeof value);
    return EXIT_OK;
}
