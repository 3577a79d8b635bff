namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Lines of a script are not a valid statement; GRUB reports them and goes on after them.</summary>
internal sealed class GrubSyntaxException(string message) : Exception(message);
