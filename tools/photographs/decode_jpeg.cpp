#include <csetjmp>
#include <cstdio>
#include <utility>

#include <jpeglib.h>

#include "tools/photographs/decoders.h"

namespace wherefore {
namespace {

/// libjpeg's, which comes first, and where to go on after an error.
struct ErrorManager {
  jpeg_error_mgr library;
  std::jmp_buf after_error;
  char remark[JMSG_LENGTH_MAX];
};

void KeepRemark(j_common_ptr decoder) {
  auto* manager = reinterpret_cast<ErrorManager*>(decoder->err);
  if (manager->remark[0] == '\0') (*decoder->err->format_message)(decoder, manager->remark);
}

[[noreturn]] void LeaveAfterError(j_common_ptr decoder) {
  KeepRemark(decoder);
  std::longjmp(reinterpret_cast<ErrorManager*>(decoder->err)->after_error, 1);
}

/// `level` is -1 for damaged data; traces are not asked for.
void Warn(j_common_ptr decoder, int level) {
  if (level < 0) KeepRemark(decoder);
}

void IgnoreMessage(j_common_ptr) {}

/// Turns a row of RGB, or of CMYK as Adobe stores it, into BGR, in place.
void ToBgr(std::uint8_t* row, int width, int components) {
  for (int x = 0; x < width; ++x) {
    std::uint8_t* from = row + x * components;
    std::uint8_t* to = row + x * 3;
    if (components == 3) {
      std::swap(to[0], to[2]);
      continue;
    }
    const int black = from[3];
    const auto mixed = [&](int c) { return static_cast<std::uint8_t>(black - ((255 - from[c]) * black >> 8)); };
    const std::uint8_t bgr[] = {mixed(2), mixed(1), mixed(0)};
    for (int c = 0; c < 3; ++c) to[c] = bgr[c];
  }
}

/// Reads the header, begins to decode and makes room; holds nothing that an error's jump would leave behind.
bool Begin(jpeg_decompress_struct* decoder, const std::string& bytes, DecodedSamples* decoded) {
  // Some versions take the bytes by a pointer to what is not const.
  jpeg_mem_src(decoder, reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data())), bytes.size());
  if (jpeg_read_header(decoder, TRUE) != JPEG_HEADER_OK) return false;
  const bool is_cmyk = decoder->num_components == 4;
  if (decoder->num_components > 1) decoder->out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
  jpeg_start_decompress(decoder);
  decoded->height = static_cast<int>(decoder->output_height);
  decoded->width = static_cast<int>(decoder->output_width);
  decoded->channels = decoder->num_components > 1 ? 3 : 1;
  return true;
}

/// `row`: as wide as a row of all components. `decoded` has its samples.
void ReadRows(jpeg_decompress_struct* decoder, std::uint8_t* row, DecodedSamples* decoded) {
  const auto stride = static_cast<std::size_t>(decoded->width) * static_cast<std::size_t>(decoded->channels);
  while (decoder->output_scanline < decoder->output_height) {
    std::uint8_t* to = decoded->samples.data() + decoder->output_scanline * stride;
    JSAMPROW rows[] = {row};
    if (jpeg_read_scanlines(decoder, rows, 1) != 1) return;
    if (decoded->channels == 3) ToBgr(row, decoded->width, decoder->output_components);
    for (std::size_t i = 0; i < stride; ++i) to[i] = row[i];
  }
  jpeg_finish_decompress(decoder);
}

/// Whether the rows could be read. Objects with destructors live in the caller: an error jumps over the rest of this.
bool Decode(jpeg_decompress_struct* decoder, ErrorManager* manager, const std::string& bytes,
            std::vector<std::uint8_t>* row, DecodedSamples* decoded) {
  if (setjmp(manager->after_error) != 0) return false;
  if (!Begin(decoder, bytes, decoded)) return false;
  const auto width = static_cast<std::size_t>(decoded->width);
  row->resize(width * static_cast<std::size_t>(decoder->output_components));
  decoded->samples.resize(width * static_cast<std::size_t>(decoded->height) *
                          static_cast<std::size_t>(decoded->channels));
  ReadRows(decoder, row->data(), decoded);
  return true;
}

}  // namespace

DecodedSamples DecodeJpeg(const std::string& bytes) {
  DecodedSamples decoded;
  std::vector<std::uint8_t> row;
  ErrorManager manager{};
  jpeg_decompress_struct decoder{};
  decoder.err = jpeg_std_error(&manager.library);
  manager.library.error_exit = LeaveAfterError;
  manager.library.emit_message = Warn;
  manager.library.output_message = IgnoreMessage;
  if (setjmp(manager.after_error) != 0) return decoded;
  jpeg_create_decompress(&decoder);
  if (!Decode(&decoder, &manager, bytes, &row, &decoded)) decoded.samples.clear();
  jpeg_destroy_decompress(&decoder);
  decoded.remark = manager.remark;
  return decoded;
}

}  // namespace wherefore
