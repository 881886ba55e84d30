/* Ends as a Rust panic does, after public values that must not be signed. */
#include "sp1.h"

int main(void) {
    commit("half", 4);
    print_error("panic: as the test wants it");
    return EXIT_PANIC;
}
