namespace Stiefel.BootFiles.Catalog.Images;

/// <summary>One more section of a unified kernel image.</summary>
/// <param name="Name">As UAPI.5 has it, `.linux` for the kernel.</param>
/// <param name="Open">Its content; closed by who reads it.</param>
/// <param name="Length">Bytes that the content has.</param>
public sealed record UnifiedImageSection(string Name, Func<Stream> Open, long Length);
