/* Strict reading of RLP (Ethereum yellow paper, appendix B): only the one canonical form. */
#ifndef RLP_H
#define RLP_H

#include "sp1.h"

/* Bytes that are still to be read. */
struct span {
    const u8 *start;
    u64 length;
};

enum rlp_kind { RLP_MALFORMED, RLP_STRING, RLP_LIST };

/* Take the first item off `input`. Its payload is in `payload`, which lies inside of `input`. */
enum rlp_kind rlp_next(struct span *input, struct span *payload);

#endif
