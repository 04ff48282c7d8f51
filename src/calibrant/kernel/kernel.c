/* Loops over rows that torch would take in many passes. Plain C, loaded through ctypes.
 *
 * No function checks its arguments: the callers in this package do, and the rest of calibrant
 * has checked values and labels where they came in. Whatever the numbers are, NaN too, no
 * function reads or writes outside the arrays that it is given.
 *
 * Everything is compiled for float and for double by including scan.h and of_real.h twice.
 */

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define N_TAIL 120    /* edges that cut the first cell, and as many the last */
#define N_PADDED 127  /* the same with infinities behind them: seven halvings find a place */
#define N_COLUMNS 13  /* of calibrant.statistics.power_sums */
#define FEW 32        /* numbers a row, below which a plain loop is faster than lanes */
#define LANES 8       /* rows taken side by side */
#define PART 4096     /* rows whose scores are summed before that is added to other sums */
#define BLOCK 64      /* entries of a row among which the greatest is looked for again */
#define LOOKED 128    /* the same, while a row is checked */
#define CACHED 4096   /* numbers looked at before one more look at what was found */

#ifndef __GNUC__
#define __builtin_prefetch(address) ((void)(address))
#endif

/* Compiled for wider registers, too, where the processor may have them: what is found is the same,
 * as nothing but the sums by which rows are checked is rounded. */
#if defined(__x86_64__) && defined(__linux__) && defined(__GLIBC__) && defined(__GNUC__) && \
    !defined(__clang__)
#define SCAN __attribute__((target_clones("avx2", "default")))
#else
#define SCAN
#endif

#define JOIN(name, real) name##_##real
#define NAME_OF(name, real) JOIN(name, real)
#define NAME(name) NAME_OF(name, REAL)

/* Where to look in the edges below a probability: by its exponent and three bits of its mantissa,
 * from 2**-41 up to 1. */
#define N_KEYS (8 * 41 + 1)

static inline int64_t key_of(double p) {
    uint64_t bits;
    memcpy(&bits, &p, sizeof bits);
    if (bits >> 63) return 0; /* minus 0 */
    const int64_t key = (int64_t)(bits >> 49) - 8 * (1023 - 41);
    return key < 0 ? 0 : key < N_KEYS ? key : N_KEYS - 1;
}

/* Edges below a number (`or_at`: and those at it), of 120 that ascend, padded with infinities. */
static inline int64_t edges_below(const double *edges, double p, int or_at) {
    int64_t count = 0;
    for (int64_t half = 64; half > 0; half /= 2) {
        const double edge = edges[count + half - 1];
        count += half & -(int64_t)(or_at ? edge <= p : edge < p);
    }
    return count;
}

/* SHA-256 of the sources, by which a library that an older source left behind is told. */
const char *calibrant_source(void) { return CALIBRANT_SOURCE; }

/* Adds all columns of one event to those that start at `at`, `step` apart. */
static inline void add_terms(double *at, int64_t step, double p, double y, double w) {
    const double pp = p * p, py = p * y, yy = y * y, v = w * w;
    const double terms[N_COLUMNS] = {
        1, w, w * p, w * y, w * pp, w * py, w * yy, v, v * p, v * y, v * pp, v * py, v * yy,
    };
    for (int column = 0; column < N_COLUMNS; column++) at[column * step] += terms[column];
}

/* Sums of misses and of hits by bucket, four numbers each: rows, p, p * p and none, so that they are
 * read and written by whole registers. */
static void add_hard(const int64_t *bucket, const double *prob, const uint8_t *hit, int64_t n,
                     double *sums) {
    for (int64_t i = 0; i < n; i++) {
        double *at = sums + 8 * bucket[i] + 4 * (hit[i] != 0);
        const double p = prob[i], terms[4] = {1, p, p * p, 0};
        for (int c = 0; c < 4; c++) at[c] += terms[c];
    }
}

static void fold_hard(const double *sums, double *table, int64_t step, int64_t n_buckets) {
    for (int64_t b = 0; b < n_buckets; b++) {
        const double *miss = sums + 8 * b, *hit = miss + 4;
        const double n = miss[0] + hit[0];
        if (n == 0) continue;
        const double p = miss[1] + hit[1], pp = miss[2] + hit[2];
        const double all[N_COLUMNS] = {n, n, p, hit[0], pp, hit[1], hit[0],
                                       n, p, hit[0], pp, hit[1], hit[0]};
        for (int column = 0; column < N_COLUMNS; column++) table[column * step + b] += all[column];
    }
}

/* Whether all buckets are among some n. */
SCAN int calibrant_all_within(const int64_t *bucket, int64_t n, int64_t n_buckets) {
    int outside = 0;
    for (int64_t i = 0; i < n; i++) outside |= (uint64_t)bucket[i] >= (uint64_t)n_buckets;
    return !outside;
}

/* Adds the columns of some events to a table, whose columns lie `step` apart, by bucket.
 *
 * One of `hit` and `share` says what came out; `weight` may be null, for ones. Many rows are
 * added up bucket by bucket first, in a table whose columns lie together: one line of the cache
 * a row rather than thirteen. Returns 0, and adds nothing, if a bucket is outside the table.
 */
int calibrant_add_events(const int64_t *bucket, const double *prob, const uint8_t *hit,
                          const double *share, const double *weight, int64_t n, double *table,
                          int64_t step, int64_t n_buckets) {
    if (!calibrant_all_within(bucket, n, n_buckets)) return 0;
    const int plain = hit != NULL && weight == NULL;
    const int64_t width = plain ? 8 : 16;
    double *sums = n < n_buckets / 4 ? NULL : calloc((size_t)(n_buckets * width), sizeof *sums);
    if (sums != NULL && plain) {
        add_hard(bucket, prob, hit, n, sums);
        fold_hard(sums, table, step, n_buckets);
        free(sums);
        return 1;
    }
    for (int64_t i = 0; i < n; i++) {
        const double y = hit != NULL ? hit[i] != 0 : share[i];
        double *at = sums == NULL ? table + bucket[i] : sums + 16 * bucket[i];
        add_terms(at, sums == NULL ? step : 1, prob[i], y, weight == NULL ? 1 : weight[i]);
    }
    for (int64_t b = 0; sums != NULL && b < n_buckets; b++)
        for (int column = 0; column < N_COLUMNS && sums[16 * b] != 0; column++)
            table[column * step + b] += sums[16 * b + column];
    free(sums);
    return 1;
}

/* Adds the columns count, w and ww of some rows to a table, by bucket; see above. */
int calibrant_add_counts(const int64_t *bucket, const double *weight, int64_t n, double *table,
                         int64_t step, int64_t n_buckets) {
    if (!calibrant_all_within(bucket, n, n_buckets)) return 0;
    for (int64_t i = 0; i < n; i++) {
        double *at = table + bucket[i];
        const double w = weight == NULL ? 1 : weight[i];
        at[0] += 1;
        at[step] += w;
        at[2 * step] += w * w;
    }
    return 1;
}

/* Adds moments of a score to nine sums: count, w, wv, wvv, ww, wwv, wwvv, and the number and the
 * weight of infinite scores, which count as 0 in the others. `weight` may be null, for ones.
 * Returns 1.
 *
 * Sums are taken of short parts, and these added up: rounding does not grow with the rows.
 */
int calibrant_add_moments(const double *score, const double *weight, int64_t n, double *sums) {
    for (int64_t start = 0; start < n; start += PART) {
        const int64_t end = n - start < PART ? n : start + PART;
        double w = 0, wv = 0, wvv = 0, ww = 0, wwv = 0, wwvv = 0, many = 0, heavy = 0;
        if (weight == NULL) {
#pragma omp simd reduction(+ : wv, wvv, many)
            for (int64_t i = start; i < end; i++) {
                const double infinite = fabs(score[i]) > DBL_MAX;
                const double v = infinite != 0 ? 0 : score[i];
                many += infinite;
                wv += v;
                wvv += v * v;
            }
            w = ww = (double)(end - start);
            wwv = wv;
            wwvv = wvv;
            heavy = many;
        } else {
#pragma omp simd reduction(+ : w, wv, wvv, ww, wwv, wwvv, many, heavy)
            for (int64_t i = start; i < end; i++) {
                const double infinite = fabs(score[i]) > DBL_MAX;
                const double v = infinite != 0 ? 0 : score[i];
                const double once = weight[i], twice = once * once;
                many += infinite;
                heavy += infinite * once;
                w += once;
                wv += once * v;
                wvv += once * v * v;
                ww += twice;
                wwv += twice * v;
                wwvv += twice * v * v;
            }
        }
        const double part[9] = {(double)(end - start), w, wv, wvv, ww, wwv, wwvv, many, heavy};
        for (int column = 0; column < 9; column++) sums[column] += part[column];
    }
    return 1;
}

/* Sum of the sizes of gaps with noise, draw by draw, from the first gap on. Returns 1. */
SCAN int calibrant_folded_sums(const double *noise, const double *gap, int64_t n_gaps,
                               int64_t n_draws, double *sums) {
    for (int64_t start = 0; start < n_draws; start += 512) {
        const int64_t some = n_draws - start < 512 ? n_draws - start : 512;
        double *sum = sums + start;
        memset(sum, 0, (size_t)some * sizeof *sum);
        for (int64_t g = 0; g < n_gaps; g++) {
            const double *drawn = noise + g * n_draws + start, true_gap = gap[g];
            for (int64_t d = 0; d < some; d++) sum[d] += fabs(drawn[d] + true_gap);
        }
    }
    return 1;
}

/* Sums of equal tiles of every row of cells: the first and the last hold `tail` cells more.
 *
 * Returns 1.
 */
SCAN int calibrant_tiles(const double *cells, int64_t n_rows, int64_t n_cells, int64_t tail,
                         int64_t n_tiles, double *sums) {
    const int64_t width = (n_cells - 2 * tail) / n_tiles;
    for (int64_t i = 0; i < n_rows; i++) {
        const double *cell = cells + i * n_cells;
        for (int64_t tile = 0; tile < n_tiles; tile++) {
            const int64_t more = tail * ((tile == 0) + (tile == n_tiles - 1));
            double sum = 0;
#pragma omp simd reduction(+ : sum)
            for (int64_t j = 0; j < width + more; j++) sum += cell[j];
            cell += width + more;
            sums[i * n_tiles + tile] = sum;
        }
    }
    return 1;
}

/* Value of every draw of some rows: the k-th where k of the row's rising masses lie below it.
 *
 * Draws come in order, and `rank` says which is which. `held` has room for one row. Returns 1.
 */
SCAN int calibrant_looked_up(const double *ordered, const int64_t *rank, const int64_t *rows,
                             int64_t n_rows, int64_t n_draws, const double *mass,
                             const double *value, int64_t n_masses, double *held, double *drawn) {
    for (int64_t i = 0; i < n_rows; i++) {
        const double *draw = ordered + rows[i] * n_draws, *below = mass + i * n_masses;
        const double *values = value + i * (n_masses + 1);
        const int64_t *place = rank + rows[i] * n_draws;
        int64_t d = 0;
        for (int64_t k = 0; k < n_masses && d < n_draws; k++)
            while (d < n_draws && draw[d] <= below[k]) held[d++] = values[k];
        while (d < n_draws) held[d++] = values[n_masses];
        for (d = 0; d < n_draws; d++) drawn[i * n_draws + d] = held[place[d]];
    }
    return 1;
}

#include "few.h"
#include "order.h"
#include "place.h"
#include "curve.h"
#include "rank.h"

#define REAL float
#include "scan.h"
#include "of_real.h"
#undef REAL
#define REAL double
#include "scan.h"
#include "of_real.h"
