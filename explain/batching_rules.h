#pragma once

namespace wherefore {

/// Teaches LibTorch's batching (torch.autograd.grad's is_grads_batched) the operators of transformers' backward passes
/// that it has no rule for and would run once a row: layer norm, softmax, GELU, SiLU, tanh, masks and the choice of
/// words. With these rules each is one call for all rows. Once for the process; later calls do nothing.
void TeachBatchingRules();

}  // namespace wherefore
