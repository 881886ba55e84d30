/* Calls that the compiler itself puts into code, although there is no C library. */
#include "sp1.h"

void *memcpy(void *to, const void *from, u64 length) {
    for (u64 i = 0; i < length; i++) {
        ((u8 *)to)[i] = ((const u8 *)from)[i];
    }
    return to;
}

void *memset(void *to, int value, u64 length) {
    for (u64 i = 0; i < length; i++) {
        ((u8 *)to)[i] = value;
    }
    return to;
}
