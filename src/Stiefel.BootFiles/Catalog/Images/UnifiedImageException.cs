namespace Stiefel.BootFiles.Catalog.Images;

/// <summary>A unified kernel image cannot be made of the given parts; the message says which part is the problem and why.</summary>
public sealed class UnifiedImageException(string message, Exception? inner = null) : Exception(message, inner);
