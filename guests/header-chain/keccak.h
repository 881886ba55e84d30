/* Keccak-256 as Ethereum uses it (the original padding), by SP1's precompile. */
#ifndef KECCAK_H
#define KECCAK_H

#include "sp1.h"

void keccak256(const u8 *bytes, u64 length, u8 digest[32]);

#endif
