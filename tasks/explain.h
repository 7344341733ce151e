#pragma once

#include <ATen/core/Tensor.h>

#include "explain/methods/subject.h"
#include "models/model.h"
#include "tasks/explanation.h"
#include "tasks/request.h"

namespace wherefore {

/// Why the model says of an image what it says.
///
/// Targets of a model that chooses: the labels asked for, or its best. Of one that writes: each word, then each phrase,
/// then the whole text. Where a question is asked, every target has the importance of each of its words.
///
/// `image`: (1, 3, H, W), preprocessed as model.info.image says, on the model's device. Words that the vocabulary lacks
/// are reported as warnings.
/// Throws Error(kUsage) for an unknown label, layer or method (nearest ones offered), for text that is empty, too long,
/// of unknown words only, or given twice (by its text and by its pieces), for a phrase that is no part of a given text,
/// and for what the model cannot be asked; Error(kNothingToExplain) where the model's own text is empty or lacks a
/// phrase.
Explanation Explain(const Model& model, const at::Tensor& image, const Request& request = {});

/// Makes a request ask about the targets of an explanation that it gave, whatever the model says of another image.
void AskAbout(const Explanation& explanation, Request* request);

/// What Explain() explains, to be asked about other images too: the same targets. Throws as Explain() does.
Subject SubjectOf(const Model& model, const at::Tensor& image, const Request& request = {});

/// How the model writes the text that a request asks for: its own way of decoding, with the request's beam where it has
/// one, and its prompt's pieces after those that the model's texts are forced to begin with. Throws Error(kUsage) where
/// the vocabulary lacks a word of the prompt.
DecodeOptions DecodingOf(const Model& model, const Request& request = {});

}  // namespace wherefore
