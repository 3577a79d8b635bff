namespace Stiefel.BootFiles.Catalog.Images;

/// <summary>A unified kernel image cannot be made of these parts; the message says which and why.</summary>
public sealed class UnifiedImageException(string message, Exception? inner = null) : Exception(message, inner);
