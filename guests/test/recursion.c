/* Claims to have verified another program's proof, which execution does not check. */
#include "syscall.h"

enum { SYS_VERIFY_SP1_PROOF = 0x1b };

int main(void) {
    static const u64 key[4], digest[4];
    syscall2(SYS_VERIFY_SP1_PROOF, (u64)key, (u64)digest);
    commit("verified", 8);
    return EXIT_OK;
}
