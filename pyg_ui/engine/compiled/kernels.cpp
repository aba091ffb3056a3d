// Parts of a decoding step that torch's operators do in many passes over memory, each in one.
//
// C++17 with GCC's vector extension, so that it compiles for any processor; the 8-bit product wants AVX2. Each number
// is computed by one thread, in an order that depends on its own row alone: a row is the same to the bit whoever else
// is in the pass and however many threads there are. What is not a number stays so. Pointers are those of torch's
// tensors; sizes and strides count values.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#ifdef __AVX2__
#include <immintrin.h>
#endif

namespace {

constexpr int64_t kLanes = 8;
constexpr int64_t kWorthSharing = 65536;  // values: less takes longer to hand to other threads than to compute
constexpr int32_t kZeroPoint = 128;       // added to rounded rows: the product takes them as numbers from 0 to 255
constexpr int kRowsAtOnce = 4;            // of the 8-bit product
using Floats = float __attribute__((vector_size(4 * kLanes)));
using Integers = int32_t __attribute__((vector_size(4 * kLanes)));
using Words = uint32_t __attribute__((vector_size(4 * kLanes)));

Floats load(const float* from) {
    Floats values;
    std::memcpy(&values, from, sizeof values);
    return values;
}

void store(float* to, Floats values) { std::memcpy(to, &values, sizeof values); }

Floats all(float value) { return value - Floats{}; }

float total(Floats v) { return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7])); }

// e to the power of numbers up to 0, within 1e-7 of it: 2^n times a polynomial of Cephes' expf for what is left.
Floats exponential(Floats x) {
    const Floats shift = all(12582912.0f);  // 1.5 * 2^23: adding it rounds to whole numbers
    const Floats n = (x * 1.44269504088896341f + shift) - shift;
    const Floats r = n * 2.12194440e-4f + (n * -0.693359375f + x);
    Floats p = all(1.9875691500e-4f);
    for (const float coefficient :
         {1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f})
        p = p * r + coefficient;
    p = p * r * r + r + 1.0f;
    p *= reinterpret_cast<Floats>((__builtin_convertvector(n, Integers) + 127) << 23);
    return x < -87.0f ? Floats{} : p;
}

// What one head of one new token gathers from the positions before it, and from itself.
struct Head {
    float *keys, *values;  // (D, T), at the first position that is seen
    int64_t stride;        // T
    int64_t size;          // D, a multiple of kAtOnce
    int64_t count;         // positions before the new one
    static constexpr int kAtOnce = 8;

    // Stores the new key and value behind the others. `scores` has room for `count` and kLanes more.
    void attend(const float* query, const float* key, const float* value, float* scores, float* out) const {
        const float own = score(query, key, scores);
        float top = own;
#pragma omp simd reduction(max : top)
        for (int64_t t = 0; t < count; ++t) top = scores[t] > top ? scores[t] : top;
        for (int64_t t = count; t < count + kLanes; ++t) scores[t] = -INFINITY;
        Floats sums{};
        for (int64_t t = 0; t < count; t += kLanes) {
            const Floats shares = exponential(load(scores + t) - top);
            store(scores + t, shares);
            sums += shares;
        }
        const float own_share = exponential(all(own - top))[0];
        gather(value, scores, own_share, 1 / (total(sums) + own_share), out);
    }

  private:
    // The scores of the positions before; returns the new one's own.
    float score(const float* query, const float* key, float* scores) const {
        const int64_t whole = count / kLanes * kLanes;
        float own = 0;
        for (int64_t i = 0; i < size; i += kAtOnce) {
            float* const rows = keys + i * stride;
            Floats weights[kAtOnce];
            for (int g = 0; g < kAtOnce; ++g) weights[g] = all(query[i + g]);
            for (int64_t t = 0; t < whole; t += kLanes) {
                Floats sum = i == 0 ? Floats{} : load(scores + t);
                for (int g = 0; g < kAtOnce; ++g) sum += weights[g] * load(rows + g * stride + t);
                store(scores + t, sum);
            }
            for (int64_t t = whole; t < count; ++t) {
                float sum = i == 0 ? 0 : scores[t];
                for (int g = 0; g < kAtOnce; ++g) sum += query[i + g] * rows[g * stride + t];
                scores[t] = sum;
            }
            for (int g = 0; g < kAtOnce; ++g) {
                own += query[i + g] * key[i + g];
                rows[g * stride + count] = key[i + g];
            }
        }
        return own;
    }

    void gather(const float* value, const float* shares, float own_share, float scale, float* out) const {
        const int64_t whole = count / kLanes * kLanes;
        for (int64_t i = 0; i < size; i += kAtOnce) {
            float* const rows = values + i * stride;
            Floats sums[kAtOnce] = {};
            for (int64_t t = 0; t < whole; t += kLanes) {
                const Floats weights = load(shares + t);
                for (int g = 0; g < kAtOnce; ++g) sums[g] += weights * load(rows + g * stride + t);
            }
            for (int g = 0; g < kAtOnce; ++g) {
                float sum = total(sums[g]);
                for (int64_t t = whole; t < count; ++t) sum += shares[t] * rows[g * stride + t];
                rows[g * stride + count] = value[i + g];
                out[i + g] = (sum + own_share * value[i + g]) * scale;
            }
        }
    }
};

// Products of M rows and N outputs; the values of rows and weights stand as `interleave` leaves them.
template <int M, int N>
void multiply_tile(const float* rows, const uint16_t* weights, int64_t num_in, float* out, int64_t num_out) {
    Floats sums[M][N] = {};
    for (int64_t i = 0; i < num_in; i += 2 * kLanes)
        for (int n = 0; n < N; ++n) {
            Words pairs;  // of bf16, the upper halves of fp32
            std::memcpy(&pairs, weights + n * num_in + i, sizeof pairs);
            const Floats even = reinterpret_cast<Floats>(pairs << 16);
            const Floats odd = reinterpret_cast<Floats>(pairs & 0xffff0000u);
            for (int m = 0; m < M; ++m) {
                const float* row = rows + m * num_in + i;
                sums[m][n] += load(row) * even;
                sums[m][n] += load(row + kLanes) * odd;
            }
        }
    for (int m = 0; m < M; ++m)
        for (int n = 0; n < N; ++n) out[m * num_out + n] = total(sums[m][n]);
}

#ifdef __AVX2__

int64_t whole_quads(int64_t count) { return (count + 3) / 4 * 4; }

// 32 numbers each of eight rows as eight vectors of four numbers each of all rows.
void transpose_quads(const int8_t* from, int64_t stride, int8_t* to) {
    __m256i in[8], out[8];
    for (int row = 0; row < 8; ++row)
        in[row] = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + row * stride));
    for (int pair = 0; pair < 8; pair += 2) {
        out[pair] = _mm256_unpacklo_epi32(in[pair], in[pair + 1]);
        out[pair + 1] = _mm256_unpackhi_epi32(in[pair], in[pair + 1]);
    }
    for (int half = 0; half < 8; half += 4)
        for (int side = 0; side < 2; ++side) {
            in[half + 2 * side] = _mm256_unpacklo_epi64(out[half + side], out[half + 2 + side]);
            in[half + 2 * side + 1] = _mm256_unpackhi_epi64(out[half + side], out[half + 2 + side]);
        }
    for (int quad = 0; quad < 4; ++quad) {
        const __m256i low = _mm256_permute2x128_si256(in[quad], in[quad + 4], 0x20);
        const __m256i high = _mm256_permute2x128_si256(in[quad], in[quad + 4], 0x31);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + quad * 32), low);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + (quad + 4) * 32), high);
    }
}

// Adds the products of four neighbours each, unsigned times signed. Without VNNI two products are added in 16 bits
// first: weights must be paired, see int8_rounding.
__m256i add_products(__m256i sums, __m256i bytes, __m256i weights) {
#if defined(__AVX512VNNI__) && defined(__AVX512VL__)
    return _mm256_dpbusd_epi32(sums, bytes, weights);
#elif defined(__AVXVNNI__)
    return _mm256_dpbusd_avx_epi32(sums, bytes, weights);
#else
    const __m256i pairs = _mm256_maddubs_epi16(bytes, weights);
    sums = _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
    __asm__("" : "+x"(sums));  // GCC would collect pairs of several sums first, and run out of registers
    return sums;
#endif
}

__m256i load_words(const void* from) { return _mm256_loadu_si256(static_cast<const __m256i*>(from)); }

// Some outputs of packed weights, over some of their inputs.
struct Int8Block {
    const int8_t* packed;  // from the first output on
    int64_t num_in;        // of the whole weights
    int64_t first, count;  // the inputs
    int64_t num_out;

    // Sums for up to kRowsAtOnce rows: begun with the first input, gone on with at the others.
    void multiply(const uint8_t* rows, int64_t num_rows, int32_t* sums, int64_t stride) const {
        switch (num_rows) {
            case 1: return span<1>(rows, sums, stride);
            case 2: return span<2>(rows, sums, stride);
            case 3: return span<3>(rows, sums, stride);
            default: return span<kRowsAtOnce>(rows, sums, stride);
        }
    }

  private:
    static constexpr int kVectors = 3;  // with four rows, as many sums as stay in registers

    template <int M> void span(const uint8_t* rows, int32_t* sums, int64_t stride) const {
        int64_t n = 0;
        for (; n + kVectors * kLanes <= num_out; n += kVectors * kLanes) tile<M, kVectors>(rows, n, sums, stride);
        for (; n < num_out; n += kLanes) tile<M, 1>(rows, n, sums, stride);
    }

    template <int M, int V> void tile(const uint8_t* rows, int64_t output, int32_t* to, int64_t stride) const {
        const int8_t* const weights = packed + output * num_in;
        __m256i sums[M][V];
        for (int m = 0; m < M; ++m)
            for (int v = 0; v < V; ++v)
                sums[m][v] = first == 0 ? __m256i{} : load_words(to + m * stride + output + v * kLanes);
        for (int64_t i = first; i < first + count; i += 4) {
            __m256i quads[V];
            for (int v = 0; v < V; ++v) quads[v] = load_words(weights + (v * num_in + i) * kLanes);
            for (int m = 0; m < M; ++m) {
                int32_t four;
                std::memcpy(&four, rows + m * num_in + i, sizeof four);
                for (int v = 0; v < V; ++v) sums[m][v] = add_products(sums[m][v], _mm256_set1_epi32(four), quads[v]);
            }
        }
        for (int m = 0; m < M; ++m)
            for (int v = 0; v < V; ++v)
                std::memcpy(to + m * stride + output + v * kLanes, &sums[m][v], sizeof sums[m][v]);
    }
};

#endif

// Of each sixteen values those at even places, then those at odd ones.
void interleave(const float* from, int64_t count, float* to) {
    for (int64_t i = 0; i < count; i += 2 * kLanes)
        for (int64_t lane = 0; lane < kLanes; ++lane) {
            to[i + lane] = from[i + 2 * lane];
            to[i + kLanes + lane] = from[i + 2 * lane + 1];
        }
}

}  // namespace

extern "C" {

// Attention of one new token to each of some slots, (H * D) a row of `out`. `held` points to each row's (2, H, D, T)
// keys and values, `fresh` to its new ones, (2, H, D). It sees the positions from `firsts` to its own, `positions`.
// Rows of one slot are neighbours and in order: each sees those before it.
void attend(int64_t num_rows, float* const* held, const int64_t* firsts, const int64_t* positions,
            const float* queries, int64_t query_stride, const float* fresh, int64_t fresh_stride, int64_t num_heads,
            int64_t size, int64_t stride, float* out) {
    const int64_t width = num_heads * size;
    std::atomic<int64_t> next{0};
#pragma omp parallel
    {
        std::vector<float> scores(stride + kLanes);
        for (int64_t head; (head = next.fetch_add(1, std::memory_order_relaxed)) < num_heads;)
            for (int64_t row = 0; row < num_rows; ++row) {
                float* const keys = held[row] + head * size * stride + firsts[row];
                const float* const key = fresh + row * fresh_stride + head * size;
                const Head part{keys, keys + width * stride, stride, size, positions[row] - firsts[row]};
                part.attend(queries + row * query_stride + head * size, key, key + width, scores.data(),
                            out + row * width + head * size);
            }
    }
}

// Whether this processor has the 8-bit product.
bool has_int8() {
#ifdef __AVX2__
    return true;
#else
    return false;
#endif
}

// Rounds each row (M, K) to whole numbers within 127 of zero, in steps of its own, and adds the zero point; to the bit
// what torch's operators give. Rows of `bytes` are `stride` apart, their ends arbitrary. `sums` are those of the whole
// numbers without their signs.
void round_rows(const float* rows, int64_t num_rows, int64_t size, uint8_t* bytes, int64_t stride, float* steps,
                float* sums) {
#pragma omp parallel for if (num_rows * size > kWorthSharing)
    for (int64_t row = 0; row < num_rows; ++row) {
        const float* const from = rows + row * size;
        uint8_t* const to = bytes + row * stride;
        float largest = 0;
#pragma omp simd reduction(max : largest)
        for (int64_t i = 0; i < size; ++i) largest = std::fabs(from[i]) > largest ? std::fabs(from[i]) : largest;
        const float step = std::fma(largest, 1.0f / 127, 1.17549435e-38f);
        float sum = 0;
#pragma omp simd reduction(+ : sum)
        for (int64_t i = 0; i < size; ++i) {
            const float whole = std::nearbyint(from[i] / step);
            sum += std::fabs(whole);
            to[i] = static_cast<uint8_t>(static_cast<int32_t>(whole) + kZeroPoint);
        }
        steps[row] = std::isnan(sum) ? sum : step;
        sums[row] = sum;
    }
}

#ifdef __AVX2__

// Weights (N, K) in the order in which `multiply_int8` reads them, eight outputs filled up with zeros:
// (N / 8, K / 4, 8, 4). `corrections` (N) are what the rows' zero point adds to each output.
void pack_int8(const int8_t* values, int64_t num_out, int64_t num_in, int8_t* packed, int32_t* corrections) {
    const int64_t num_blocks = (num_out + kLanes - 1) / kLanes, stride = whole_quads(num_in);
#pragma omp parallel for
    for (int64_t block = 0; block < num_blocks; ++block) {
        int8_t* const to = packed + block * kLanes * stride;
        const int64_t num_rows = std::min(kLanes, num_out - block * kLanes);
        if (num_rows < kLanes || stride != num_in) std::memset(to, 0, kLanes * stride);
        const int8_t* const from = values + block * kLanes * num_in;
        int64_t done = 0;
        if (num_rows == kLanes)
            for (; done + 32 <= num_in; done += 32) transpose_quads(from + done, num_in, to + done * kLanes);
        for (int64_t row = 0; row < num_rows; ++row) {
            for (int64_t i = done; i < num_in; ++i) to[i / 4 * 32 + row * 4 + i % 4] = from[row * num_in + i];
            int32_t sum = 0;
            for (int64_t i = 0; i < num_in; ++i) sum += from[row * num_in + i];
            corrections[block * kLanes + row] = kZeroPoint * sum;
        }
    }
}

// Rounded rows (M, K) times packed weights (N, K), summed exactly, times the scale of each output and the step of
// each row, plus the bias if there is one: (M, N). K is filled up to a multiple of four.
void multiply_int8(const uint8_t* rows, int64_t num_rows, int64_t num_in, const int8_t* packed,
                   const int32_t* corrections, const float* scales, int64_t num_out, const float* steps,
                   const float* bias, float* out) {
    constexpr int64_t kBlock = 48, kInputs = 1024;
    // The weights of a block are read from memory once, then from the processor's cache for the other rows.
    const int64_t at_once = num_rows <= kRowsAtOnce ? num_in : kInputs;
    std::atomic<int64_t> next{0};
#pragma omp parallel
    {
        std::vector<int32_t> sums(num_rows * kBlock);
        for (int64_t begin; (begin = kBlock * next.fetch_add(1, std::memory_order_relaxed)) < num_out;) {
            const int64_t size = std::min(kBlock, num_out - begin);
            for (int64_t first = 0; first < num_in; first += at_once) {
                const Int8Block part{packed + begin * num_in, num_in, first, std::min(at_once, num_in - first), size};
                for (int64_t row = 0; row < num_rows; row += kRowsAtOnce)
                    part.multiply(rows + row * num_in, std::min<int64_t>(kRowsAtOnce, num_rows - row),
                                  sums.data() + row * kBlock, kBlock);
            }
            for (int64_t row = 0; row < num_rows; ++row) {
                float* const to = out + row * num_out + begin;
                const int32_t* const from = sums.data() + row * kBlock;
                for (int64_t n = 0; n < size; ++n)
                    to[n] = static_cast<float>(from[n] - corrections[begin + n]) * scales[begin + n] * steps[row];
                if (bias == nullptr) continue;
                for (int64_t n = 0; n < size; ++n) to[n] += bias[begin + n];  // apart, so that it rounds as torch does
            }
        }
    }
}

#endif

// A few rows (M, K) in fp32 times bf16 weights (N, K), summed in fp32: (M, N). K is a multiple of 16; `halves` is room
// for as many values as the rows have.
void multiply_bf16(const float* rows, int64_t num_rows, int64_t num_in, const uint16_t* weights, int64_t num_out,
                   float* halves, float* out) {
    constexpr int64_t kBlock = 32;
    interleave(rows, num_rows * num_in, halves);
    std::atomic<int64_t> next{0};
#pragma omp parallel
    for (int64_t begin; (begin = kBlock * next.fetch_add(1, std::memory_order_relaxed)) < num_out;) {
        const int64_t end = begin + kBlock < num_out ? begin + kBlock : num_out;
        int64_t n = begin;
        for (; n + 4 <= end; n += 4)
            for (int64_t m = 0; m < num_rows; m += 2) {
                const float* const from = halves + m * num_in;
                const uint16_t* const outputs = weights + n * num_in;
                float* const to = out + m * num_out + n;
                if (m + 2 <= num_rows)
                    multiply_tile<2, 4>(from, outputs, num_in, to, num_out);
                else
                    multiply_tile<1, 4>(from, outputs, num_in, to, num_out);
            }
        for (; n < end; ++n)
            for (int64_t m = 0; m < num_rows; ++m)
                multiply_tile<1, 1>(halves + m * num_in, weights + n * num_in, num_in, out + m * num_out + n,
                                    num_out);
    }
}

}  // extern "C"
