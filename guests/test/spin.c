/* Never ends, and touches no memory on the way. */
#include "sp1.h"

int main(void) {
    for (;;) {
        __asm__ volatile("");
    }
}
