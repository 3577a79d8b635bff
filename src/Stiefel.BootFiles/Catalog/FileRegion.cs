namespace Stiefel.BootFiles.Catalog;

/// <summary>Bytes of a file that are to be served: a whole file, or a section of a unified kernel image.</summary>
/// <param name="Path">Absolute, free of symbolic links.</param>
/// <param name="Offset">Bytes from the file's start.</param>
/// <param name="Length">Bytes; never zero, and inside the file when the region was made.</param>
public readonly record struct FileRegion(string Path, long Offset, long Length);
