#include "models/transformers/decoder_memory.h"

#include <string>

#include <ATen/ATen.h>

#include "explain/error.h"

namespace wherefore {

void AddBlock(const KeysAndValues& seen, DecoderState* state) {
  auto nothing = seen.keys.sizes().vec();
  nothing[2] = 0;
  state->shared.insert(state->shared.end(), {seen.keys, seen.values});
  state->rows.insert(state->rows.end(), {seen.keys.new_empty(nothing), seen.values.new_empty(nothing)});
}

KeysAndValues Remember(std::size_t block, const KeysAndValues& own, DecoderState* state) {
  auto& keys = state->rows[2 * block];
  auto& values = state->rows[2 * block + 1];
  keys = at::cat({keys, own.keys}, 2);
  values = at::cat({values, own.values}, 2);
  return {keys, values};
}

KeysAndValues SeenBy(std::size_t block, const DecoderState& state) {
  return {state.shared[2 * block], state.shared[2 * block + 1]};
}

KeysAndValues WithThoseBefore(std::size_t block, const KeysAndValues& own, const DecoderState& state) {
  const auto joined = [](const at::Tensor& before, const at::Tensor& behind) {
    auto sizes = before.sizes().vec();
    sizes[0] = behind.size(0);
    return at::cat({before.expand(sizes), behind}, 2);
  };
  const auto seen = SeenBy(block, state);
  return {joined(seen.keys, own.keys), joined(seen.values, own.values)};
}

int64_t TokensBefore(const DecoderState& state) { return state.shared.front().size(2); }

at::Tensor PositionsFrom(const at::Tensor& positions, int64_t first, int64_t length) {
  if (first + length > positions.size(0)) {
    ThrowUsage("a text of " + std::to_string(first + length) + " pieces is too long: the network has learned " +
               std::to_string(positions.size(0)) + " positions; give a shorter one");
  }
  return positions.narrow(0, first, length);
}

}  // namespace wherefore
