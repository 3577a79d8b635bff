namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Lines of a script that make no statement; GRUB reports them, and goes on after them.</summary>
internal sealed class GrubSyntaxException(string message) : Exception(message);
