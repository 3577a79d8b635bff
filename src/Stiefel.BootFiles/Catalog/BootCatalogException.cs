namespace Stiefel.BootFiles.Catalog;

/// <summary>No bootable entry was found, or what was found is broken; the message says where and what was looked for.</summary>
/// <remarks>The message is always one line: it goes to a log and a screen, and a path taken from a boot file may contain line ends.</remarks>
public sealed class BootCatalogException(string message, Exception? inner = null) : Exception(message.ReplaceLineEndings(" "), inner);
