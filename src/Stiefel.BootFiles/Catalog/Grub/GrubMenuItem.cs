namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>An entry or a submenu; its body is executed only when it is chosen.</summary>
internal sealed record GrubMenuItem(string Title, string Id, bool IsSubmenu, IReadOnlyList<GrubStatement> Body);
