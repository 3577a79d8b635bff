namespace Stiefel.Architecture.Tests;

/// <summary>Inside a project: its top folders use each other one way, and its root composes them (docs/architecture.md#rooms).</summary>
public sealed class FolderTests
{
    public static TheoryData<string> Projects => [.. House.Projects];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Folders_OfAProject_UseEachOtherOneWay(string project)
    {
        var inside = House.Uses.Where(use => use.From.Project == project && use.To.Project == project && use.From.Folder != use.To.Folder).ToList();
        var folders = inside.Where(use => use.From.Folder.Length > 0 && use.To.Folder.Length > 0).ToList();

        AssertNone(Circle.In(folders));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Root_OfAProject_IsUsedByNoFolder(string project)
    {
        var upward = House.Uses
            .Where(use => use.From.Project == project && use.To.Project == project && use.From.Folder.Length > 0 && use.To.Folder.Length == 0)
            .Select(use => use.ToString()).Distinct();

        AssertNone([.. upward]);
    }

    [Fact]
    public void Circle_OfThreeFolders_IsFoundWithItsUses()
    {
        static Place In(string folder) => new("P", folder, $"P.{folder}.T");
        Use[] chain = [new(In("A"), In("B")), new(In("B"), In("C")), new(In("D"), In("A"))];
        Assert.Empty(Circle.In(chain));

        Use[] circle = [.. chain, new(In("C"), In("A"))];
        Assert.Equal(["A -> B: P.A.T uses P.B.T", "B -> C: P.B.T uses P.C.T", "C -> A: P.C.T uses P.A.T"], Circle.In(circle));
    }

    private static void AssertNone(IReadOnlyList<string> uses) => Assert.True(uses.Count == 0, string.Join('\n', uses));
}
