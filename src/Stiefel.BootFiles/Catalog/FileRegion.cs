namespace Stiefel.BootFiles.Catalog;

/// <summary>A range of bytes in a file that is to be served: a whole file, or a section of a unified kernel image.</summary>
/// <param name="Path">Absolute, free of symbolic links.</param>
/// <param name="Offset">Bytes from the file's start.</param>
/// <param name="Length">Bytes; never zero, and within the file at the time the region was made.</param>
public readonly record struct FileRegion(string Path, long Offset, long Length);
