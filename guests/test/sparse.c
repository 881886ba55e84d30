/* Writes one word in each of n windows of 2 MiB (stdin: n as u64 LE): little code, much memory. */
#include "sp1.h"

#define FIRST_WINDOW 0x80000000ul
#define WINDOW (2ul << 20)

int main(void) {
    if (stdin_length() != 8) {
        return EXIT_STDIN;
    }
    u64 count = *(const u64 *)stdin_read(8);
    for (u64 i = 0; i < count; i++) {
        *(volatile u64 *)(FIRST_WINDOW + i * WINDOW) = i;
    }
    commit(&count, sizeof count);
    return EXIT_OK;
}
