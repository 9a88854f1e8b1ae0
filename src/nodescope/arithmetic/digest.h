/* A digest of numbers in eight lanes: part of kernels.c, moved.py has the same in Python. Requirement: to know many numbers again for less
 * than it takes to read them from a file, and that nobody can find as many others of the same digest.
 *
 * Lane l takes the numbers l, l + 8, … as BLAKE2b (RFC 7693) takes a message, 32 bytes of digest, no key; behind the last number come
 * +0.0 up to whole blocks of all lanes, at least one block. One such block of a lane is 16 words, so that of all lanes is 128 numbers. */

enum { WORDS = 16, BLOCK_OF_LANES = WORDS * LANES, STATE = 8, DIGEST = 4 };

static const uint64_t START[STATE] = {
    0x6A09E667F3BCC908u, 0xBB67AE8584CAA73Bu, 0x3C6EF372FE94F82Bu, 0xA54FF53A5F1D36F1u,
    0x510E527FADE682D1u, 0x9B05688C2B3E6C1Fu, 0x1F83D9ABFB41BD6Bu, 0x5BE0CD19137E2179u,
};
static const uint64_t PARAMETERS = 0x01010000u + DIGEST * 8;

INLINE uvec turned_right(uvec v, const int bits) { return v >> bits | v << (64 - bits); }

INLINE void mix(uvec *v, const int a, const int b, const int c, const int d, uvec first, uvec second) {
    v[a] += v[b] + first;
    v[d] = turned_right(v[d] ^ v[a], 32);
    v[c] += v[d];
    v[b] = turned_right(v[b] ^ v[c], 24);
    v[a] += v[b] + second;
    v[d] = turned_right(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = turned_right(v[b] ^ v[c], 63);
}

/* One block, `words` from the first lane of a register on, mixed into the state of its lanes. */
INLINE void take_block(uvec *state, const double *words, uint64_t bytes, uint64_t last) {
    static const uint8_t order[10][WORDS] = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
        {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4}, {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
        {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13}, {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
        {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11}, {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
        {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5}, {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
    };
    uvec v[2 * STATE], m[WORDS];
    UNROLL for (int i = 0; i < STATE; i++) {
        v[i] = state[i];
        v[STATE + i] = all_lanes(START[i]);
    }
    UNROLL for (int i = 0; i < WORDS; i++) m[i] = (uvec)load(words + i * LANES);
    v[12] ^= all_lanes(bytes);
    v[14] ^= all_lanes(last);
    UNROLL for (int round = 0; round < 12; round++) {
        const uint8_t *s = order[round % 10];
        UNROLL for (int i = 0; i < 4; i++) mix(v, i, 4 + i, 8 + i, 12 + i, m[s[2 * i]], m[s[2 * i + 1]]);
        UNROLL for (int i = 0; i < 4; i++)
            mix(v, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4, m[s[8 + 2 * i]], m[s[9 + 2 * i]]);
    }
    UNROLL for (int i = 0; i < STATE; i++) state[i] ^= v[i] ^ v[STATE + i];
}

/* The digests of the lanes of `count` numbers, four words each. */
static void digest(const double *x, int64_t count, uint64_t *found) {
    const int64_t blocks = larger(1, (count + BLOCK_OF_LANES - 1) / BLOCK_OF_LANES), rest = count - (blocks - 1) * BLOCK_OF_LANES;
    uvec state[PARTS][STATE];
    double end[BLOCK_OF_LANES];
    for (int64_t i = 0; i < BLOCK_OF_LANES; i++) end[i] = i < rest ? x[(blocks - 1) * BLOCK_OF_LANES + i] : 0.0;
    for (int q = 0; q < PARTS; q++)
        for (int i = 0; i < STATE; i++) state[q][i] = all_lanes(START[i] ^ (i == 0 ? PARAMETERS : 0));
    for (int64_t b = 0; b < blocks; b++) {
        const int last = b == blocks - 1;
        const double *words = last ? end : x + b * BLOCK_OF_LANES;
        for (int q = 0; q < PARTS; q++) take_block(state[q], words + q * W, (uint64_t)(b + 1) * WORDS * 8, last ? ~(uint64_t)0 : 0);
    }
    for (int q = 0; q < PARTS; q++)
        for (int l = 0; l < W; l++)
            for (int i = 0; i < DIGEST; i++) found[(q * W + l) * DIGEST + i] = state[q][i][l];
}
