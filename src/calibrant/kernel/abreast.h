/* Rows of 4 to 16 floats, two or four side by side in the wider registers that a processor is found
 * to have. Included by few.h.
 *
 * A row is read as `blocks` times four entries and its last four, of which some may be read twice.
 * Sums are added in the order in which one row alone is. The class of the greatest entry is the
 * least of the classes whose entry equals it.
 */

static const uint32_t own_entries[7] = {0, 0, 0, ~0u, ~0u, ~0u, ~0u}; /* from k - 4 * blocks - 1 */

__attribute__((target("avx2"))) static inline __m256 of_two(const float *row, int64_t k) {
    const __m256 rows = _mm256_castps128_ps256(_mm_loadu_ps(row));
    return _mm256_insertf128_ps(rows, _mm_loadu_ps(row + k), 1);
}

__attribute__((target("avx2"), always_inline)) static inline int all_pairs(
    const float *values, int64_t n, int64_t k, float low, float high, float *top, int32_t *index,
    const int blocks) {
    const __m128 own = _mm_loadu_ps((const float *)own_entries + (k - 4 * blocks) - 1);
    const __m256 fresh = _mm256_set_m128(own, own), zero = _mm256_setzero_ps();
    const __m256 least_sum = _mm256_set1_ps(low), most_sum = _mm256_set1_ps(high);
    const __m256i lane = _mm256_set_epi32(3, 2, 1, 0, 3, 2, 1, 0);
    __m256 least = zero, highest = zero, good = _mm256_cmp_ps(zero, zero, _CMP_EQ_OQ);
    for (int64_t i = 0; i < n; i += 2) {
        i = i + 2 > n ? n - 2 : i; /* of an odd number one row is looked at twice */
        const float *row = values + i * k;
        __m256 part[4];
        for (int b = 0; b < blocks; b++) part[b] = of_two(row + 4 * b, k);
        part[blocks] = of_two(row + k - 4, k);
        __m256 sum = _mm256_and_ps(part[blocks], fresh), most = part[blocks];
        least = _mm256_min_ps(most, least);
        for (int b = 0; b < blocks; b++) {
            sum = _mm256_add_ps(sum, part[b]);
            least = _mm256_min_ps(part[b], least);
            most = _mm256_max_ps(most, part[b]);
        }
        sum = _mm256_add_ps(sum, _mm256_permute_ps(sum, 0x4E));
        sum = _mm256_add_ps(sum, _mm256_permute_ps(sum, 0xB1));
        most = _mm256_max_ps(most, _mm256_permute_ps(most, 0x4E));
        most = _mm256_max_ps(most, _mm256_permute_ps(most, 0xB1));
        highest = _mm256_max_ps(most, highest);
        good = _mm256_and_ps(good, _mm256_and_ps(_mm256_cmp_ps(sum, least_sum, _CMP_GE_OQ),
                                                 _mm256_cmp_ps(sum, most_sum, _CMP_LE_OQ)));
        __m256i at = _mm256_set1_epi32(-1); /* the greatest without a sign */
        for (int b = 0; b <= blocks; b++) {
            const int first = b < blocks ? 4 * b : (int)k - 4;
            const __m256 other = _mm256_cmp_ps(part[b], most, _CMP_NEQ_UQ);
            const __m256i here = _mm256_add_epi32(lane, _mm256_set1_epi32(first));
            at = _mm256_min_epu32(at, _mm256_or_si256(here, _mm256_castps_si256(other)));
        }
        at = _mm256_min_epu32(at, _mm256_shuffle_epi32(at, 0x4E));
        at = _mm256_min_epu32(at, _mm256_shuffle_epi32(at, 0xB1));
        _mm_store_ss(top + i, _mm256_castps256_ps128(most));
        _mm_store_ss(top + i + 1, _mm256_extractf128_ps(most, 1));
        index[i] = _mm_cvtsi128_si32(_mm256_castsi256_si128(at));
        index[i + 1] = _mm_cvtsi128_si32(_mm256_extracti128_si256(at, 1));
    }
    good = _mm256_and_ps(good, _mm256_cmp_ps(least, zero, _CMP_GE_OQ));
    good = _mm256_and_ps(good, _mm256_cmp_ps(highest, _mm256_set1_ps(1), _CMP_LE_OQ));
    return _mm256_movemask_ps(good) == 255;
}

__attribute__((target("avx512f"))) static inline __m512 of_four(const float *row, int64_t k) {
    __m512 rows = _mm512_castps128_ps512(_mm_loadu_ps(row));
    rows = _mm512_insertf32x4(rows, _mm_loadu_ps(row + k), 1);
    rows = _mm512_insertf32x4(rows, _mm_loadu_ps(row + 2 * k), 2);
    return _mm512_insertf32x4(rows, _mm_loadu_ps(row + 3 * k), 3);
}

__attribute__((target("avx512f"), always_inline)) static inline int all_fours(
    const float *values, int64_t n, int64_t k, float low, float high, float *top, int32_t *index,
    const int blocks) {
    const __m512 zero = _mm512_setzero_ps();
    const __m512 least_sum = _mm512_set1_ps(low), most_sum = _mm512_set1_ps(high);
    const __m512i lane = _mm512_broadcast_i32x4(_mm_set_epi32(3, 2, 1, 0));
    const __m128i last = _mm_loadu_si128((const __m128i *)(own_entries + k - 4 * blocks - 1));
    const __m512i fresh = _mm512_broadcast_i32x4(last);
    const __mmask16 own = _mm512_test_epi32_mask(fresh, fresh), heads = 0x1111;
    __m512 least = zero, highest = zero;
    __mmask16 good = 0xFFFF;
    for (int64_t i = 0; i < n; i += 4) {
        i = i + 4 > n ? n - 4 : i;
        const float *row = values + i * k;
        __m512 part[4];
        for (int b = 0; b < blocks; b++) part[b] = of_four(row + 4 * b, k);
        part[blocks] = of_four(row + k - 4, k);
        __m512 sum = _mm512_maskz_mov_ps(own, part[blocks]), most = part[blocks];
        least = _mm512_min_ps(most, least);
        for (int b = 0; b < blocks; b++) {
            sum = _mm512_add_ps(sum, part[b]);
            least = _mm512_min_ps(part[b], least);
            most = _mm512_max_ps(most, part[b]);
        }
        sum = _mm512_add_ps(sum, _mm512_permute_ps(sum, 0x4E));
        sum = _mm512_add_ps(sum, _mm512_permute_ps(sum, 0xB1));
        most = _mm512_max_ps(most, _mm512_permute_ps(most, 0x4E));
        most = _mm512_max_ps(most, _mm512_permute_ps(most, 0xB1));
        highest = _mm512_max_ps(most, highest);
        good = _mm512_mask_cmp_ps_mask(good, sum, least_sum, _CMP_GE_OQ);
        good = _mm512_mask_cmp_ps_mask(good, sum, most_sum, _CMP_LE_OQ);
        __m512i at = _mm512_set1_epi32((int)k);
        for (int b = 0; b <= blocks; b++) {
            const int first = b < blocks ? 4 * b : (int)k - 4;
            const __m512i here = _mm512_add_epi32(lane, _mm512_set1_epi32(first));
            const __mmask16 same = _mm512_cmp_ps_mask(part[b], most, _CMP_EQ_OQ);
            at = _mm512_mask_min_epi32(at, same, at, here);
        }
        at = _mm512_min_epi32(at, _mm512_shuffle_epi32(at, _MM_PERM_BADC));
        at = _mm512_min_epi32(at, _mm512_shuffle_epi32(at, _MM_PERM_CDAB));
        most = _mm512_maskz_compress_ps(heads, most);
        at = _mm512_maskz_compress_epi32(heads, at);
        _mm_storeu_ps(top + i, _mm512_castps512_ps128(most));
        _mm_storeu_si128((__m128i *)(index + i), _mm512_castsi512_si128(at));
    }
    good = _mm512_mask_cmp_ps_mask(good, least, zero, _CMP_GE_OQ);
    return _mm512_mask_cmp_ps_mask(good, highest, _mm512_set1_ps(1), _CMP_LE_OQ) == 0xFFFF;
}

#define ABREAST(name, all, extension)                                                             \
    __attribute__((target(extension))) static int name(                                           \
        const float *values, int64_t n, int64_t k, float low, float high, float *top,             \
        int32_t *index) {                                                                         \
        switch ((k - 1) / 4) {                                                                    \
        case 0: return all(values, n, k, low, high, top, index, 0);                               \
        case 1: return all(values, n, k, low, high, top, index, 1);                               \
        case 2: return all(values, n, k, low, high, top, index, 2);                               \
        default: return all(values, n, k, low, high, top, index, 3);                              \
        }                                                                                         \
    }

ABREAST(pairs_clean_tops, all_pairs, "avx2")
ABREAST(fours_clean_tops, all_fours, "avx512f")

static int64_t most_abreast = 4;

/* Rows side by side on this processor, once no more than `most` are: so tests see every way. */
int64_t calibrant_abreast(int64_t most) {
    const int pairs = __builtin_cpu_supports("avx2"), fours = __builtin_cpu_supports("avx512f");
    const int64_t able = fours ? 4 : pairs ? 2 : 1;
    return most_abreast = most < able ? most : able;
}

/* Rows that are good, with their greatest entries; -1 if some are not, 0 where it cannot tell. */
static int64_t abreast_clean_tops(const float *values, int64_t n, int64_t k, double low,
                                  double high, float *top, int32_t *index) {
    const float from = (float)low, to = (float)high;
    if (k > 16) return 0;
    if (n >= 4 && most_abreast >= 4 && __builtin_cpu_supports("avx512f"))
        return fours_clean_tops(values, n, k, from, to, top, index) ? n : -1;
    if (n >= 2 && most_abreast >= 2 && __builtin_cpu_supports("avx2"))
        return pairs_clean_tops(values, n, k, from, to, top, index) ? n : -1;
    return 0;
}
