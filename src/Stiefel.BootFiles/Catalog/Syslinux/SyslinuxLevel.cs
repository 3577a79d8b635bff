namespace Stiefel.BootFiles.Catalog.Syslinux;

/// <summary>The outermost menu, or a submenu between `MENU BEGIN` and `MENU END`; each has its own default entry.</summary>
/// <param name="parent">The menu that holds this one; null for the outermost.</param>
internal sealed class SyslinuxLevel(SyslinuxLevel? parent)
{
    public SyslinuxLevel? Parent => parent;

    /// <summary>The labels of this menu, without those of its submenus, in the file's order.</summary>
    public List<SyslinuxLabel> Labels { get; } = [];

    /// <summary>The label marked by `MENU DEFAULT`, else the first; null if none can be chosen.</summary>
    public SyslinuxLabel? Default => Labels.FindLast(label => label is { IsMarked: true, CanBeChosen: true }) ?? Labels.Find(label => label.CanBeChosen);
}
