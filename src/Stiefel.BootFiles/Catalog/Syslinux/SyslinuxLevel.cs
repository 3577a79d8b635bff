namespace Stiefel.BootFiles.Catalog.Syslinux;

/// <summary>The menu, or one in it that is between `MENU BEGIN` and `MENU END`: each has a default entry of its own.</summary>
/// <param name="parent">The menu that it is in; null for the outermost.</param>
internal sealed class SyslinuxLevel(SyslinuxLevel? parent)
{
    public SyslinuxLevel? Parent => parent;

    /// <summary>Its labels, in the order of the file; not those of menus in it.</summary>
    public List<SyslinuxLabel> Labels { get; } = [];

    /// <summary>The label marked by `MENU DEFAULT`, else the first.</summary>
    public SyslinuxLabel? Default => Labels.FindLast(label => label is { IsMarked: true, CanBeChosen: true }) ?? Labels.Find(label => label.CanBeChosen);
}
