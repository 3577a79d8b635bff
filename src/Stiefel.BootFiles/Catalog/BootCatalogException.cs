namespace Stiefel.BootFiles.Catalog;

/// <summary>No bootable entry was found, or what was found is broken; the message says where and what was looked for.</summary>
/// <remarks>One line whatever the file system holds: it goes to a log and a screen, and a path from a boot file may have line ends in it.</remarks>
public sealed class BootCatalogException(string message, Exception? inner = null) : Exception(message.ReplaceLineEndings(" "), inner);
