#include "tools/report/npy.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/files/files.h"
#include "tests/support/error_text.h"
#include "tests/support/temporary_directory.h"

namespace wherefore {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A file of format 1.0 with this header and these bytes after it.
std::string NpyFile(const std::string& header, const std::string& data) {
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header + data;
}

TEST(NpyTest, WritesTheBytesThatNumPyWrites) {
  // numpy.save of numpy.array([[1, -2, 0.5]], dtype="float32").
  const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }";
  const std::string values("\x00\x00\x80\x3f\x00\x00\x00\xc0\x00\x00\x00\x3f", 12);
  const auto bytes = NpyBytes(at::tensor({1.0F, -2.0F, 0.5F}).reshape({1, 3}));
  EXPECT_EQ(bytes.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));
  EXPECT_EQ(bytes.substr(10, header.size()), header);
  EXPECT_EQ(bytes.substr(10 + header.size(), 118 - header.size()), std::string(117 - header.size(), ' ') + "\n");
  EXPECT_EQ(bytes.substr(128), values);
}

TEST(NpyTest, ReadsBackWhatItWrote) {
  for (const auto& shape : {std::vector<int64_t>{}, {3}, {2, 3}, {12, 7, 7}, {0, 4}}) {
    const auto tensor = at::randn(shape);
    const auto read = ParseNpy(NpyBytes(tensor));
    EXPECT_EQ(read.sizes(), tensor.sizes());
    EXPECT_TRUE(at::equal(read, tensor)) << tensor.sizes();
  }
}

TEST(NpyTest, WritesTheElementsOfATransposedTensorInItsOrder) {
  const auto tensor = at::arange(6, at::kFloat).reshape({2, 3}).t();
  EXPECT_TRUE(at::equal(ParseNpy(NpyBytes(tensor)), tensor));
}

TEST(NpyTest, WritesOtherTypesAsFloat32) {
  const auto tensor = at::tensor({0.1, 2.0}, at::kDouble);
  EXPECT_TRUE(at::equal(ParseNpy(NpyBytes(tensor)), tensor.to(at::kFloat)));
}

TEST(NpyTest, WritesAFileWholeOrNotAtAll) {
  const TemporaryDirectory directory;
  const auto tensor = at::randn({2, 7, 7});
  WriteNpy(directory.PathOf("maps.npy"), tensor);
  EXPECT_TRUE(at::equal(ParseNpy(ReadFile(directory.PathOf("maps.npy"))), tensor));
  EXPECT_THAT(directory.Names(), ElementsAre("maps.npy"));
  const auto text = ErrorText(ErrorKind::kBadFile, [&] { WriteNpy(directory.PathOf("none/maps.npy"), tensor); });
  EXPECT_THAT(text, HasSubstr("No such file or directory"));
  EXPECT_THAT(directory.Names(), ElementsAre("maps.npy"));
}

TEST(NpyTest, RefusesFilesOfAnotherKind) {
  const std::string four(4, '\0');
  const auto text = [](const std::string& bytes) { return ErrorText(ErrorKind::kBadFile, [&] { ParseNpy(bytes); }); };
  EXPECT_EQ(text(""), "this is no .npy file of format 1.0");
  EXPECT_EQ(text("a text, say"), "this is no .npy file of format 1.0");
  EXPECT_THAT(text(NpyFile("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", four)),
              HasSubstr("not float32 in C order"));
  EXPECT_THAT(text(NpyFile("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", four)),
              HasSubstr("not float32 in C order"));
  EXPECT_THAT(text(NpyFile("{'descr': '<f4', 'fortran_order': False, }", four)), HasSubstr("has no shape"));
}

TEST(NpyTest, RefusesAFileWhoseLengthIsNotThatOfItsShape) {
  const auto text = [](const std::string& shape, std::size_t bytes) {
    const auto file =
        NpyFile("{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }", std::string(bytes, 'x'));
    return ErrorText(ErrorKind::kBadFile, [&] { ParseNpy(file); });
  };
  EXPECT_THAT(text("(2, 3)", 20), HasSubstr("holds 5 values, not as many as its header says"));
  EXPECT_THAT(text("(2, 3)", 28), HasSubstr("holds 7 values"));
  EXPECT_THAT(text("(2, 3)", 23), HasSubstr("ends within a value"));
  EXPECT_THAT(text("(0, 3)", 4), HasSubstr("holds 1 values"));
  EXPECT_THAT(text("(99999999999999999999, 99999999999999999999)", 4), HasSubstr("too many values"));
  const auto whole = NpyBytes(at::zeros({1}));
  EXPECT_EQ(ErrorText(ErrorKind::kBadFile, [&] { ParseNpy(whole.substr(0, 60)); }),
            "the .npy file ends within its header");
}

}  // namespace
}  // namespace wherefore
