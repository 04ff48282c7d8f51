/* Orders of numbers by sorting their bits, eleven at a time; and what follows from an order. */

#define DIGIT 11
#define N_DIGITS (1 << DIGIT)
#define MOST_PASSES ((64 + DIGIT - 1) / DIGIT)
#define DIGIT_OF(bits, pass) ((bits) >> ((pass) * DIGIT) & (N_DIGITS - 1))

/* A row and the bits that it is sorted by; of a float both fit in one number. */
typedef struct {
    uint64_t bits;
    int64_t row;
} Wide;
typedef uint64_t Narrow;

#define BITS_OF_WIDE(item) ((item).bits)
#define BITS_OF_NARROW(item) ((item) >> 32)
#define ROW_OF_WIDE(item) ((item).row)
#define ROW_OF_NARROW(item) ((int64_t)((item) & UINT32_MAX))

/* Bits that rise with the number; of both zeros the same. */
static inline uint64_t rising_double(double value) {
    value += 0.0;
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits ^ (-(bits >> 63) | (UINT64_C(1) << 63));
}

static inline uint32_t rising_float(float value) {
    value += 0.0f;
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits ^ (-(bits >> 31) | (UINT32_C(1) << 31));
}

static inline Wide item_double(double value, int64_t row) {
    return (Wide){rising_double(value), row};
}

static inline Narrow item_float(float value, int64_t row) {
    return (Narrow)rising_float(value) << 32 | (Narrow)row;
}

/* Rows in rising order of their numbers, none NaN, rows of equal ones as they come; the rank of
 * every ordered row, that of ties shared. Returns the number of ranks, or 0 without memory or if
 * the rows are too many. From the lowest digit up, every pass keeps the order of the one before. */
#define DEFINE_ORDER(REAL, ITEM, BITS, ROW, N_BITS, MOST)                                         \
    int64_t calibrant_order_##REAL(const REAL *values, int64_t n, int64_t *order, int64_t *rank) { \
        const int n_passes = (N_BITS + DIGIT - 1) / DIGIT;                                        \
        int64_t counts[MOST_PASSES][N_DIGITS];                                                    \
        ITEM *held = n > MOST ? NULL : malloc((size_t)(2 * n) * sizeof *held);                    \
        if (held == NULL) return 0;                                                               \
        ITEM *items = held, *spare = held + n;                                                    \
        memset(counts, 0, sizeof counts);                                                         \
        for (int64_t i = 0; i < n; i++) {                                                         \
            items[i] = item_##REAL(values[i], i);                                                 \
            for (int pass = 0; pass < n_passes; pass++)                                           \
                counts[pass][DIGIT_OF(BITS(items[i]), pass)]++;                                   \
        }                                                                                         \
        for (int pass = 0; pass < n_passes; pass++) {                                             \
            int64_t *count = counts[pass], start = 0;                                             \
            if (count[DIGIT_OF(BITS(items[0]), pass)] == n) continue;                             \
            for (int digit = 0; digit < N_DIGITS; digit++) {                                      \
                const int64_t here = count[digit];                                                \
                count[digit] = start;                                                             \
                start += here;                                                                    \
            }                                                                                     \
            for (int64_t i = 0; i < n; i++)                                                       \
                spare[count[DIGIT_OF(BITS(items[i]), pass)]++] = items[i];                        \
            ITEM *sorted = spare;                                                                 \
            spare = items;                                                                        \
            items = sorted;                                                                       \
        }                                                                                         \
        int64_t at = 0;                                                                           \
        for (int64_t i = 0; i < n; i++) {                                                         \
            at += i > 0 && BITS(items[i]) != BITS(items[i - 1]);                                  \
            order[i] = ROW(items[i]);                                                             \
            rank[i] = at;                                                                         \
        }                                                                                         \
        free(held);                                                                               \
        return at + 1;                                                                            \
    }

DEFINE_ORDER(double, Wide, BITS_OF_WIDE, ROW_OF_WIDE, 64, INT64_MAX / 64)
DEFINE_ORDER(float, Narrow, BITS_OF_NARROW, ROW_OF_NARROW, 32, UINT32_MAX)

/* Share of the weight of the other side that every row outranks, ties one half: of positive rows
 * what lies below, of others what lies above. Both sides hold weight, which may be null, for ones.
 * Returns 1, or 0 if an entry of the order is outside the rows. */
#define WEIGHT(row) (weight == NULL ? 1 : weight[row])
int64_t calibrant_placements(const int64_t *order, const int64_t *rank, const uint8_t *positive,
                             const double *weight, int64_t n, double *share) {
    double up = 0, down = 0;
    for (int64_t i = 0; i < n; i++) {
        if ((uint64_t)order[i] >= (uint64_t)n) return 0;
        if (positive[i]) up += WEIGHT(i);
        else down += WEIGHT(i);
    }
    double up_before = 0, down_before = 0;
    for (int64_t start = 0, end; start < n; start = end) {
        double up_here = 0, down_here = 0;
        for (end = start; end < n && rank[end] == rank[start]; end++) {
            const int64_t row = order[end];
            if (positive[row]) up_here += WEIGHT(row);
            else down_here += WEIGHT(row);
        }
        const double below = (down_before + down_here / 2) / down;
        const double above = 1 - (up_before + up_here / 2) / up;
        for (int64_t i = start; i < end; i++)
            share[order[i]] = positive[order[i]] ? below : above;
        up_before += up_here;
        down_before += down_here;
    }
    return 1;
}
