#pragma once

#include <string>

#include "models/files/byte_view.h"

namespace wherefore {

/// What a file is in truth, whatever its name says.
enum class FileKind {
  kEmpty,
  kSafetensors,
  kTorchZip,     ///< torch.save since PyTorch 1.6: a zip archive with data.pkl
  kTorchLegacy,  ///< torch.save before 1.6: pickles, then storages
  kTorchTar,     ///< torch.save before 0.1.11: a tar archive
  kTorchScript,
  kExportedProgram,
  kKeras,  ///< the zip form, .keras
  kNumpyArchive,
  kOtherZip,
  kCutZip,  ///< begins as a zip archive, but the records that close one are missing
  kOtherPickle,
  kHdf5,
  kGguf,
  kNumpyArray,
  kOnnx,
  kTflite,
  kGitLfsPointer,
  kWebPage,
  kText,
  kCompressed,  ///< gzip, bzip2, xz, zstd, 7z
  kTar,
  kUnknown,
};

/// Looks at the first bytes, and of a zip archive at the names in it.
FileKind KindOfFile(const ByteView& bytes);

/// What the file is and what to do about it, for an error's text: "a Git LFS pointer, not the file that it stands for:
/// fetch that with 'git lfs pull'". Of text and unknown bytes it shows the beginning.
std::string DescribeFile(const ByteView& bytes);

}  // namespace wherefore
