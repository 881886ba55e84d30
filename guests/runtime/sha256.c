#include "sha256.h"

static const u32 INITIAL[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static const u32 ROUND[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static u32 rotate(u32 word, int count) { return word >> count | word << (32 - count); }

static void expand(const u8 block[64], u32 words[64]) {
    for (int i = 0; i < 16; i++) {
        const u8 *from = block + 4 * i;
        words[i] = (u32)from[0] << 24 | (u32)from[1] << 16 | (u32)from[2] << 8 | from[3];
    }
    for (int i = 16; i < 64; i++) {
        u32 near = words[i - 2], far = words[i - 15];
        u32 sigma0 = rotate(far, 7) ^ rotate(far, 18) ^ far >> 3;
        u32 sigma1 = rotate(near, 17) ^ rotate(near, 19) ^ near >> 10;
        words[i] = words[i - 16] + sigma0 + words[i - 7] + sigma1;
    }
}

static void compress(struct sha256 *hash) {
    u32 words[64];
    expand(hash->block, words);
    u32 a = hash->state[0], b = hash->state[1], c = hash->state[2], d = hash->state[3];
    u32 e = hash->state[4], f = hash->state[5], g = hash->state[6], h = hash->state[7];
    for (int i = 0; i < 64; i++) {
        u32 sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
        u32 first = h + sum1 + ((e & f) ^ (~e & g)) + ROUND[i] + words[i];
        u32 sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
        u32 second = sum0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g, g = f, f = e, e = d + first;
        d = c, c = b, b = a, a = first + second;
    }
    hash->state[0] += a, hash->state[1] += b, hash->state[2] += c, hash->state[3] += d;
    hash->state[4] += e, hash->state[5] += f, hash->state[6] += g, hash->state[7] += h;
}

void sha256_start(struct sha256 *hash) {
    for (int i = 0; i < 8; i++) {
        hash->state[i] = INITIAL[i];
    }
    hash->length = 0;
}

void sha256_add(struct sha256 *hash, const u8 *bytes, u64 length) {
    for (u64 i = 0; i < length; i++) {
        hash->block[hash->length++ % 64] = bytes[i];
        if (hash->length % 64 == 0) {
            compress(hash);
        }
    }
}

void sha256_end(struct sha256 *hash, u32 digest[8]) {
    u64 bits = hash->length * 8;
    u8 byte = 0x80;
    do {
        sha256_add(hash, &byte, 1);
        byte = 0;
    } while (hash->length % 64 != 56);
    for (int shift = 56; shift >= 0; shift -= 8) {
        byte = bits >> shift;
        sha256_add(hash, &byte, 1);
    }
    for (int i = 0; i < 8; i++) {
        digest[i] = hash->state[i];
    }
}
