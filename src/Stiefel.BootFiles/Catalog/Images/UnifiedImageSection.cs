namespace Stiefel.BootFiles.Catalog.Images;

/// <summary>A section to add to a unified kernel image.</summary>
/// <param name="Name">The name in UAPI.5, `.linux` for the kernel.</param>
/// <param name="Open">Opens the content; the caller disposes of the stream.</param>
/// <param name="Length">Length of the content, in bytes.</param>
public sealed record UnifiedImageSection(string Name, Func<Stream> Open, long Length);
