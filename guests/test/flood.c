/* Writes n chunks of 4 KiB of public values (stdin: n as u64 LE), or without end for n = 0. */
#include "syscall.h"

static u8 chunk[4096];

int main(void) {
    if (stdin_length() != 8) {
        return EXIT_STDIN;
    }
    u64 count = *(const u64 *)stdin_read(8);
    for (u64 i = 0; count == 0 || i < count; i++) {
        syscall3(SYS_WRITE, FD_PUBLIC_VALUES, (u64)chunk, sizeof chunk);
    }
    return EXIT_OK;
}
