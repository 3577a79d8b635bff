namespace Stiefel.Server.Boot.Catalog;

/// <summary>No bootable entry was found, or what was found is broken; the message says where and what was looked for.</summary>
public sealed class BootCatalogException(string message, Exception? inner = null) : Exception(message, inner);
