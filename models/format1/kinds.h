#pragma once

#include "models/format1/format1.h"

namespace wherefore {

// The kinds of network of format 1, each defined in the source file of its name.

Format1Kind ClassifierKind();         ///< a torchvision network with its classification head
Format1Kind ShowAndTellKind();        ///< Vinyals et al. 2015
Format1Kind ShowAttendAndTellKind();  ///< Xu et al. 2015
Format1Kind UpDownKind();             ///< Anderson et al. 2018
Format1Kind AoaNetKind();             ///< Huang et al. 2019
Format1Kind LstmQNormIKind();         ///< Antol et al. 2015
Format1Kind FilmKind();               ///< Perez et al. 2018

}  // namespace wherefore
