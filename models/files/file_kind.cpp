#include "models/files/file_kind.h"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

#include "explain/error.h"
#include "models/files/affix.h"
#include "models/files/files.h"
#include "models/files/json.h"
#include "models/files/zip_archive.h"

namespace wherefore {
namespace {

using std::string_view_literals::operator""sv;

struct Beginning {
  FileKind kind;
  std::string_view bytes;
  std::size_t place = 0;
};

constexpr Beginning kBeginnings[] = {
    {FileKind::kTorchLegacy, "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"sv},
    {FileKind::kOtherPickle, "\x80\x02"sv},
    {FileKind::kOtherPickle, "\x80\x03"sv},
    {FileKind::kOtherPickle, "\x80\x04"sv},
    {FileKind::kOtherPickle, "\x80\x05"sv},
    {FileKind::kHdf5, "\x89HDF\r\n\x1a\n"sv},
    {FileKind::kGguf, "GGUF"sv},
    {FileKind::kGguf, "ggml"sv},
    {FileKind::kGguf, "lmgg"sv},
    {FileKind::kNumpyArray, "\x93NUMPY"sv},
    {FileKind::kTflite, "TFL3"sv, 4},
    {FileKind::kGitLfsPointer, "version https://git-lfs.github.com/spec/"sv},
    {FileKind::kCompressed, "\x1f\x8b"sv},
    {FileKind::kCompressed, "BZh"sv},
    {FileKind::kCompressed,
     "\xfd"
     "7zXZ\0"sv},
    {FileKind::kCompressed, "\x28\xb5\x2f\xfd"sv},
    {FileKind::kCompressed, "7z\xbc\xaf\x27\x1c"sv},
};

/// The first bytes: more than any of the looks below needs.
std::string_view StartOf(const ByteView& bytes) { return {bytes.text(), std::min<std::size_t>(bytes.size, 1024)}; }

/// Without white space and a byte order mark before the first character, in lower case.
std::string LowerStart(const ByteView& bytes) {
  std::string_view text = StartOf(bytes);
  if (BeginsWith(text, "\xef\xbb\xbf")) text.remove_prefix(3);
  const auto first = text.find_first_not_of(" \t\r\n");
  std::string lower(first == std::string_view::npos ? "" : text.substr(first));
  for (char& letter : lower) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return lower;
}

bool IsWebPage(const ByteView& bytes) {
  const std::string start = LowerStart(bytes);
  return BeginsWith(start, "<!doctype html") || BeginsWith(start, "<html") || BeginsWith(start, "<head") ||
         BeginsWith(start, "<?xml");
}

/// Only characters that a text has: no control characters but white space.
bool IsText(const ByteView& bytes) {
  const auto is_of_text = [](char letter) {
    const auto code = static_cast<unsigned char>(letter);
    return code >= 0x20 ? code != 0x7f : code == '\t' || code == '\n' || code == '\r';
  };
  const auto start = StartOf(bytes);
  return std::all_of(start.begin(), start.end(), is_of_text);
}

/// The header's length, then the header, a JSON object.
bool IsSafetensors(const ByteView& bytes) {
  constexpr std::uint64_t longest_header = 100'000'000;
  if (bytes.size < 9) return false;
  const auto first = StartOf(bytes).substr(8).find_first_not_of(" \t\r\n");
  return LittleEndian(bytes.data, 8) <= longest_header && first != std::string_view::npos &&
         bytes.data[8 + first] == '{';
}

/// ONNX is a protocol buffer: its version of the format (field 1), then its producer's name (field 2).
bool IsOnnx(const ByteView& bytes) {
  const auto start = StartOf(bytes);
  return start.size() > 4 && start[0] == '\x08' && start[1] > 0 && start[1] < 20 && start[2] == '\x12' &&
         start.substr(0, 64).find("onnx") + start.substr(0, 64).find("pytorch") != 2 * std::string_view::npos;
}

bool IsTar(std::string_view start) { return start.size() > 262 && start.substr(257, 5) == "ustar"; }

FileKind KindOfTar(const ByteView& bytes) {
  // Its entries were the files sys_info, pickle, tensors and storages, in any order, under the name of a folder or not.
  const std::string name(StartOf(bytes).substr(0, StartOf(bytes).find('\0')));
  for (const char* entry : {"sys_info", "pickle", "tensors", "storages"}) {
    if (name == entry || name == std::string("./") + entry) return FileKind::kTorchTar;
  }
  return FileKind::kTar;
}

bool AnyName(const std::vector<std::string>& names, std::string_view part) {
  return std::any_of(names.begin(), names.end(),
                     [&part](const std::string& name) { return name.find(part) != std::string::npos; });
}

FileKind KindOfZip(const ByteView& bytes) {
  try {
    const ZipArchive archive(bytes, "archive");
    const std::string folder = archive.Folder();
    if (archive.Has(folder + "constants.pkl")) return FileKind::kTorchScript;
    for (const char* program : {"models/model.json", "serialized_exported_program.json"}) {
      if (archive.Has(folder + program) || archive.Has(program)) return FileKind::kExportedProgram;
    }
    if (archive.Has(folder + "data.pkl")) return FileKind::kTorchZip;
    if (AnyName(archive.names(), ".weights.h5")) return FileKind::kKeras;
    return AnyName(archive.names(), ".npy") ? FileKind::kNumpyArchive : FileKind::kOtherZip;
  } catch (const Error&) {
    return FileKind::kCutZip;
  }
}

/// The beginning of a text, in quotation marks.
std::string FirstLine(const ByteView& bytes) {
  const std::string start(StartOf(bytes));
  return Quoted(start.substr(0, start.find_first_of("\r\n")));
}

/// Why a zip archive could not be read.
std::string ZipProblem(const ByteView& bytes) {
  try {
    const ZipArchive archive(bytes, "");
  } catch (const Error& error) {
    return std::string(error.what()).substr(std::string(": zip archive: ").size());
  }
  return "";
}

}  // namespace

FileKind KindOfFile(const ByteView& bytes) {
  if (bytes.size == 0) return FileKind::kEmpty;
  const std::string_view start = StartOf(bytes);
  for (const auto& beginning : kBeginnings) {
    if (start.size() >= beginning.place && BeginsWith(start.substr(beginning.place), beginning.bytes)) {
      return beginning.kind;
    }
  }
  if (BeginsWith(start, "PK\x03\x04") || BeginsWith(start, "PK\x05\x06")) return KindOfZip(bytes);
  if (IsSafetensors(bytes)) return FileKind::kSafetensors;
  if (IsTar(start)) return KindOfTar(bytes);
  if (IsWebPage(bytes)) return FileKind::kWebPage;
  if (IsOnnx(bytes)) return FileKind::kOnnx;
  return IsText(bytes) ? FileKind::kText : FileKind::kUnknown;
}

std::string DescribeFile(const ByteView& bytes) {
  const std::string to_safetensors = "save the model's weights as safetensors, or with torch.save(model.state_dict())";
  switch (KindOfFile(bytes)) {
    case FileKind::kEmpty:
      return "an empty file: was its download interrupted?";
    case FileKind::kSafetensors:
      return "a safetensors file";
    case FileKind::kTorchZip:
    case FileKind::kTorchLegacy:
      return "a file of torch.save";
    case FileKind::kTorchTar:
      return "a tar archive as torch.save wrote it before PyTorch 0.1.11: load and save it again with a newer PyTorch";
    case FileKind::kTorchScript:
      return "a TorchScript program, not weights alone: " + to_safetensors;
    case FileKind::kExportedProgram:
      return "a program of torch.export, not weights alone: " + to_safetensors;
    case FileKind::kKeras:
      return "a Keras model: convert its weights to safetensors first";
    case FileKind::kNumpyArchive:
      return "an archive of NumPy arrays: save them as safetensors (safetensors.numpy.save_file)";
    case FileKind::kOtherZip:
      return "a zip archive, but none of torch.save: unpack it first";
    case FileKind::kCutZip:
      return "a damaged zip archive: " + ZipProblem(bytes);
    case FileKind::kOtherPickle:
      return "a pickle, but none of torch.save: " + to_safetensors;
    case FileKind::kHdf5:
      return "an HDF5 file (.h5, of Keras or TensorFlow): convert its weights to safetensors first";
    case FileKind::kGguf:
      return "a GGUF file (of llama.cpp): take the model's original weights, which are not quantised";
    case FileKind::kNumpyArray:
      return "a NumPy array: save the weights by name, as safetensors (safetensors.numpy.save_file)";
    case FileKind::kOnnx:
      return "an ONNX program: take the weights of the model that it was exported from";
    case FileKind::kTflite:
      return "a TensorFlow Lite program: take the weights of the model that it was made from";
    case FileKind::kGitLfsPointer:
      return "a Git LFS pointer, not the file that it stands for: fetch that with 'git lfs pull'";
    case FileKind::kWebPage:
      return "a web page: its address led to a page about the file, not to the file";
    case FileKind::kText:
      return "a text that begins with " + FirstLine(bytes);
    case FileKind::kCompressed:
      return "a compressed file: unpack it first";
    case FileKind::kTar:
      return "a tar archive: unpack it first";
    case FileKind::kUnknown:
      return "a file of a kind that is not known here; its first bytes are " + FirstBytes(StartOf(bytes));
  }
  return "";
}

}  // namespace wherefore
