/* An Ethereum block header: the fields that link a chain. */
#ifndef HEADER_H
#define HEADER_H

#include "sp1.h"

struct header {
    u8 hash[32];
    const u8 *parent_hash; /* 32 bytes */
    const u8 *state_root;  /* 32 bytes */
    u64 number;
};

/* Read one header from its RLP. Returns a line of reason when it is malformed, else 0. */
const char *header_read(const u8 *bytes, u64 length, struct header *header);

#endif
