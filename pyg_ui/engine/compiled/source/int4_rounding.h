// Rounds weights to 4 bits, in the blocks of int4.h. Each group's step and middle are those, of some, with the least
// squared error; an error may count more for some inputs than for others.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "int4.h"

#ifdef __AVX2__

constexpr int kLargestStep = 255, kSpan = kLevels[kNumLevels - 1] - kLevels[0], kVectors = kGroup / kLanes;

// A group's weights, and how much an error counts for each of them.
struct Group {
    Floats weights[kVectors], importance[kVectors];

    Group(const float* from, const float* counts) {
        for (int v = 0; v < kVectors; ++v) {
            weights[v] = load(from + v * kLanes);
            importance[v] = load(counts + v * kLanes);
        }
    }
};

// The levels nearest to some numbers. Levels are the same on both sides of zero.
inline Floats nearest_levels(Floats wanted) {
    const Floats size = wanted < 0 ? -wanted : wanted;
    Floats level = all(kLevels[kNumLevels / 2]);
#pragma GCC unroll 8
    for (int k = kNumLevels / 2 + 1; k < kNumLevels; ++k)
        level = size > 0.5f * (kLevels[k - 1] + kLevels[k]) ? all(kLevels[k]) : level;
    return wanted < 0 ? -level : level;
}

// The squared error of a group with a step and a middle.
inline float error_of(const Group& group, float step, float middle) {
    const float scale = 1 / step;
    Floats errors{};
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
        const Floats wanted = group.weights[v] * scale + middle, lost = nearest_levels(wanted) - wanted;
        errors += group.importance[v] * lost * lost;
    }
    return total(errors) * step * step;
}

// The least and the most of a group's weights.
struct Range {
    float low = INFINITY, high = -INFINITY;

    explicit Range(const float* weights) {
#pragma omp simd reduction(min : low) reduction(max : high)
        for (int64_t i = 0; i < kGroup; ++i) {
            low = weights[i] < low ? weights[i] : low;
            high = weights[i] > high ? weights[i] : high;
        }
    }

    // The step that reaches all of them.
    float step() const {
        const float largest = std::max(std::fabs(low), std::fabs(high));
        return std::max((high - low) / kSpan, largest / (kLevels[kNumLevels - 1] + kLargestMiddle));
    }
};

// Rounds a group to sixteen bytes, a step and a middle: the best of some steps around the one that reaches all weights,
// and of some middles for each.
inline void round_group(const float* weights, const float* importance, float unit, int8_t* bytes, int8_t* marks) {
    constexpr int kFirst = 19, kLast = 29;         // steps, in parts of 25 of the reaching one
    constexpr float kFarthest = 8, kDistance = 4;  // of middles
    const Group group(weights, importance);
    const Range range(weights);
    const float reaching = range.step() / unit;
    float least = INFINITY, best_middle = 0;
    int best_step = 1;
    const auto compare = [&](int step, float middle) {
        middle = std::clamp<float>(middle, -kLargestMiddle, kLargestMiddle);
        const float error = error_of(group, unit * static_cast<float>(step), middle);
        if (error < least) least = error, best_step = step, best_middle = middle;
    };
    for (int part = kFirst, before = 0; part <= kLast; ++part) {
        const int step = std::clamp(static_cast<int>(std::nearbyint(reaching * part / 25)), 1, kLargestStep);
        if (step == before) continue;
        before = step;
        const float center = std::nearbyint(-(range.low + range.high) / (2 * unit * static_cast<float>(step)));
        for (float offset = -kFarthest; offset <= kFarthest; offset += kDistance) compare(step, center + offset);
    }
    for (float distance = kDistance / 2; distance >= 1; distance /= 2) {
        const float middle = best_middle;
        compare(best_step, middle - distance);
        compare(best_step, middle + distance);
    }
    const float scale = 1 / (unit * static_cast<float>(best_step));
    int32_t places[kGroup] = {};
    for (int k = 1; k < kNumLevels; ++k)
        for (int64_t i = 0; i < kGroup; ++i)
            places[i] += weights[i] * scale + best_middle > 0.5f * (kLevels[k - 1] + kLevels[k]);
    for (int64_t i = 0; i < kGroup; i += 2 * kQuad)
        for (int64_t j = 0; j < kQuad; ++j)
            bytes[i / 2 + j] = static_cast<int8_t>(places[i + j] | places[i + kQuad + j] << 4);
    marks[0] = static_cast<int8_t>(best_step);
    marks[1] = static_cast<int8_t>(best_middle);
}

// Rounds an output's weights (K), whole blocks, to blocks of bytes and a unit for their steps.
inline void round_output(const float* weights, const float* importance, int64_t num_in, int8_t* bytes, float& unit) {
    float largest = 0;
    for (int64_t i = 0; i < num_in; i += kGroup) largest = std::max(largest, Range(weights + i).step());
    unit = largest > 0 ? largest / kLargestStep : 1.0f;
    for (int64_t i = 0; i < num_in; i += kGroup) {
        int8_t* const block = bytes + i / kBlockInputs * kBlockBytes;
        const int64_t group = i / kGroup % 2;
        round_group(weights + i, importance + i, unit, block + group * kGroup / 2, block + kGroup + 2 * group);
    }
}

#endif
