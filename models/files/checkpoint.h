#pragma once

#include <map>
#include <string>

#include "models/files/byte_view.h"
#include "models/files/stored_tensor.h"

namespace wherefore {

/// Reads the tensors of a file of torch.save (.bin, .pth, .pt; the zip form, whose entries may lie in a folder or in
/// none, and the form before PyTorch 1.6) without running anything of it.
///
/// The weights are the dict of tensors that the file holds, or, of a training checkpoint, the one under a key such as
/// `state_dict` or `model`; what lies beside that (optimizer, arguments, configuration) is skipped whatever it is.
/// Within the weights there are tensors, parameters and plain values; plain values are left out. Tensors that share a
/// storage in the file share it here.
///
/// Throws Error(kBadFile) that begins with `name`: damaged or cut short, a whole pickled module or another object where
/// weights should be (named), quantised and sparse tensors, several dicts of tensors or none.
std::map<std::string, StoredTensor> ReadCheckpoint(const ByteView& bytes, const std::string& name);

}  // namespace wherefore
