/* SHA-256 (FIPS 180-4), for the digest of the public values. */
#ifndef SHA256_H
#define SHA256_H

#include "sp1.h"

struct sha256 {
    u32 state[8];
    u8 block[64];
    u64 length; /* bytes so far */
};

void sha256_start(struct sha256 *hash);
void sha256_add(struct sha256 *hash, const u8 *bytes, u64 length);

/* End with the digest as eight big-endian words of the state. */
void sha256_end(struct sha256 *hash, u32 digest[8]);

#endif
