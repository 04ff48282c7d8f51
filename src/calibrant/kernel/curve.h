/* Scores and outcomes as whole numbers that sort by score, runs of equal ones, and pooled runs;
 * see calibrant.calibrators.curves. And hashes of rows, see calibrant.prediction.row_hashes. */

#define SCALE 0x1p-520 /* leaves the highest bit of the exponent free */
#define MOST_POOLED 134217728.0 /* 2**27: products of two sums of whole numbers are exact */

/* Keys of scores, with the outcome in the lowest bit. Returns 0 where a score does not come back
 * from its key exactly. */
#define DEFINE_KEYS(REAL)                                                                          \
    int calibrant_keys_##REAL(const REAL *score, const uint8_t *hit, int64_t n, int64_t *keys) {   \
        int exact = 1;                                                                             \
        for (int64_t i = 0; i < n; i++) {                                                          \
            const double value = (double)score[i], scaled = value * SCALE + 0.0;                   \
            exact &= scaled * (1 / SCALE) == value && fabs(value) < 1 / SCALE;                     \
            uint64_t bits;                                                                         \
            memcpy(&bits, &scaled, sizeof bits);                                                   \
            bits ^= -(bits >> 63) & (uint64_t)INT64_MAX;                                           \
            keys[i] = (int64_t)(bits << 1 | (hit[i] != 0));                                        \
        }                                                                                          \
        return exact;                                                                              \
    }

DEFINE_KEYS(float)
DEFINE_KEYS(double)

/* The same of numbers from 0 to 2, which leave a bit of 32 free. */
int calibrant_keys_narrow(const float *score, const uint8_t *hit, int64_t n, int32_t *keys) {
    int exact = 1;
    for (int64_t i = 0; i < n; i++) {
        const float value = score[i] + 0.0f;
        exact &= value >= 0 && value < 2;
        uint32_t bits;
        memcpy(&bits, &value, sizeof bits);
        keys[i] = (int32_t)(bits << 1 | (hit[i] != 0));
    }
    return exact;
}

/* Of every run of keys that are equal but for the lowest bit: what is above that bit, how many
 * there are, and how many of them have it. Returns the number of runs. */
#define DEFINE_RUNS(NAME, KEY)                                                                     \
    int64_t calibrant_runs_##NAME(const KEY *keys, int64_t n, KEY *bits, double *w, double *wy) {  \
        int64_t last = -1;                                                                         \
        for (int64_t i = 0; i < n; i++) {                                                          \
            const KEY here = keys[i] >> 1;                                                         \
            const double hit = (double)(keys[i] & 1);                                              \
            if (last >= 0 && bits[last] == here) {                                                 \
                w[last] += 1;                                                                      \
                wy[last] += hit;                                                                   \
            } else {                                                                               \
                last++;                                                                            \
                bits[last] = here;                                                                 \
                w[last] = 1;                                                                       \
                wy[last] = hit;                                                                    \
            }                                                                                      \
        }                                                                                          \
        return last + 1;                                                                           \
    }

DEFINE_RUNS(narrow, int32_t)
DEFINE_RUNS(wide, int64_t)

/* Pooled adjacent violators of groups with whole weights: the first group of every block, and its
 * sums. Shares rise strictly from one block to the next, told apart exactly. Returns the number of
 * blocks, or 0 where a sum is no whole number, or all of them are too many. */
int64_t calibrant_pool(const double *w, const double *wy, int64_t n, int64_t *first,
                       double *sum_w, double *sum_wy) {
    int64_t top = -1;
    double total = 0;
    for (int64_t i = 0; i < n; i++) {
        double here_w = w[i], here_wy = wy[i];
        int64_t start = i;
        total += here_w;
        if (!(here_w > 0 && here_w < MOST_POOLED && here_w == (double)(int32_t)here_w)) return 0;
        if (!(here_wy >= 0 && here_wy <= here_w && here_wy == (double)(int32_t)here_wy)) return 0;
        while (top >= 0 && sum_wy[top] * here_w >= here_wy * sum_w[top]) {
            here_w += sum_w[top];
            here_wy += sum_wy[top];
            start = first[top--];
        }
        top++;
        first[top] = start;
        sum_w[top] = here_w;
        sum_wy[top] = here_wy;
    }
    return total < MOST_POOLED ? top + 1 : 0;
}

/* First point from `start` to `end` on the lowest line of a slope, and the height of that line. */
static inline int64_t touched(const double *x, const double *y, int64_t start, int64_t end,
                              double slope, double *height) {
    int64_t at = start;
    double lowest = y[at] - slope * x[at];
    for (int64_t j = at + 1; j <= end; j++) {
        const double here = y[j] - slope * x[j];
        if (here < lowest) {
            lowest = here;
            at = j;
        }
    }
    *height = lowest;
    return at;
}

/* Slopes and ends of bridges, see calibrant.calibrators.curves.insertion: `ends` are four runs of n
 * numbers, `low` and `high` are moved. Returns 0 where a range is empty or leaves the points. */
int calibrant_bridges(const double *x, const double *y, int64_t n_points, const int64_t *ends,
                      int64_t n, int64_t most, double *low, double *high, double *slope, int64_t *a,
                      int64_t *b) {
    const int64_t *first = ends, *second = ends + n, *third = ends + 2 * n, *last = ends + 3 * n;
    for (int64_t i = 0; i < n; i++) {
        if (first[i] < 0 || second[i] < first[i] || second[i] >= n_points) return 0;
        if (third[i] < 0 || last[i] < third[i] || last[i] >= n_points) return 0;
        a[i] = first[i];
        b[i] = last[i];
        slope[i] = (low[i] + high[i]) / 2;
        for (int64_t step = 0; step < most; step++) {
            const double trial = slope[i];
            double before, behind;
            const int64_t one = touched(x, y, first[i], second[i], trial, &before);
            const int64_t other = touched(x, y, third[i], last[i], trial, &behind);
            if (behind + 1 - trial >= before) low[i] = low[i] > trial ? low[i] : trial;
            else high[i] = high[i] < trial ? high[i] : trial;
            const double through = (y[other] + 1 - y[one]) / (x[other] + 1 - x[one]);
            const int same = one == a[i] && other == b[i] && through == trial;
            a[i] = one;
            b[i] = other;
            const int outside = through < low[i] || through > high[i];
            slope[i] = outside ? (low[i] + high[i]) / 2 : through;
            if (same || high[i] - low[i] <= 4e-16 || slope[i] == trial) break;
        }
    }
    return 1;
}

static inline uint64_t finished(uint64_t sum) {
    sum = (sum ^ sum >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    sum = (sum ^ sum >> 27) * UINT64_C(0x94D049BB133111EB);
    return sum ^ sum >> 31;
}

/* Hash of every row: its numbers, folded, times the multiplier of their places. */
#define DEFINE_HASHES(REAL)                                                                        \
    int calibrant_hashes_##REAL(const REAL *values, int64_t n, int64_t n_places,                   \
                                const uint64_t *places, uint64_t *hashes) {                        \
        for (int64_t i = 0; i < n; i++) {                                                          \
            uint64_t sum = 0;                                                                      \
            for (int64_t k = 0; k < n_places; k++) {                                               \
                const double value = (double)values[i * n_places + k] + 0.0;                       \
                uint64_t bits;                                                                     \
                memcpy(&bits, &value, sizeof bits);                                                \
                sum += (bits ^ bits >> 32) * places[k];                                            \
            }                                                                                      \
            hashes[i] = finished(sum);                                                             \
        }                                                                                          \
        return 1;                                                                                  \
    }

DEFINE_HASHES(float)
DEFINE_HASHES(double)
