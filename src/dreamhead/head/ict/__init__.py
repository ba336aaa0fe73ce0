"""The ICT-FaceKit light model (USC Institute for Creative Technologies, MIT) as a HeadModel, read from its folder."""
