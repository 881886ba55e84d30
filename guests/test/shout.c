/* Prints 4 MiB to each of its outputs, among it what looks like an executor's answer. */
#include "syscall.h"

static const char text[] = "\0\0\0\x0d{\"blobs\":[0]}\n";

int main(void) {
    static char block[4096];
    for (u64 i = 0; i < sizeof block; i++) {
        block[i] = i < sizeof text ? text[i] : 'x';
    }
    for (int i = 0; i < 1024; i++) {
        syscall3(SYS_WRITE, FD_STDOUT, (u64)block, sizeof block);
        syscall3(SYS_WRITE, FD_STDERR, (u64)block, sizeof block);
    }
    commit("done", 4);
    return EXIT_OK;
}
