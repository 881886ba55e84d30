/* Makes any system call (stdin: number, then three arguments, u64 LE each). */
#include "syscall.h"

int main(void) {
    if (stdin_length() != 32) {
        return EXIT_STDIN;
    }
    const u64 *call = (const u64 *)stdin_read(32);
    u64 result = syscall3(call[0], call[1], call[2], call[3]);
    commit(&result, sizeof result);
    return EXIT_OK;
}
