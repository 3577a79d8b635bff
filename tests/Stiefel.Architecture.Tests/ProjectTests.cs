using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Stiefel.Architecture.Tests;

/// <summary>Which project may refer to which, and what only one of them may do (docs/architecture.md#programs-and-projects).</summary>
public sealed partial class ProjectTests
{
    // A project may use the projects listed for it, and no others of ours.
    private static readonly Dictionary<string, string[]> s_mayUse = new()
    {
        ["Stiefel.Protocol"] = [],
        ["Stiefel.CommandLine"] = [],
        ["Stiefel.Linux"] = [],
        ["Stiefel.Keys"] = ["Stiefel.Protocol", "Stiefel.Linux"],
        ["Stiefel.Nbd"] = ["Stiefel.Linux"],
        ["Stiefel.BootFiles"] = ["Stiefel.Linux"],
        ["Stiefel.Machines"] = ["Stiefel.CommandLine", "Stiefel.Keys", "Stiefel.Linux", "Stiefel.Protocol"],
        ["Stiefel.Server"] = ["Stiefel.BootFiles", "Stiefel.Keys", "Stiefel.Linux", "Stiefel.Nbd", "Stiefel.Protocol"],
        ["Stiefel.Client"] = ["Stiefel.CommandLine", "Stiefel.Keys", "Stiefel.Linux", "Stiefel.Protocol"],
        ["Stiefel.Attach"] = ["Stiefel.Linux", "Stiefel.Nbd", "Stiefel.Protocol"],
        ["Stiefel.Cli"] = ["Stiefel.BootFiles", "Stiefel.CommandLine", "Stiefel.Keys", "Stiefel.Linux", "Stiefel.Machines", "Stiefel.Protocol"],
    };

    public static TheoryData<string> Projects => [.. House.Projects];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_RefersToThoseBelowOnly(string project)
    {
        var referred = House.Load(project).GetReferencedAssemblies().Select(assembly => assembly.Name!).Where(IsOurs);
        Assert.Equal([], referred.Except(s_mayUse[project]));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void NativeCalls_AreDeclaredInLinuxOnly(string project)
    {
        if (project != "Stiefel.Linux")
        {
            Assert.Equal([], MethodsOf(project).Where(method => method.Attributes.HasFlag(MethodAttributes.PinvokeImpl) || method.IsDefined(typeof(LibraryImportAttribute))).Select(Name));
        }
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void AspNet_IsTheServersOnly(string project)
    {
        if (project != "Stiefel.Server")
        {
            Assert.Equal([], House.Load(project).GetReferencedAssemblies().Select(a => a.Name!).Where(name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Protocol_HasNoSocketsAndNoFiles()
    {
        string[] forbidden = ["System.IO.FileSystem", "System.Net.Sockets", "System.Net.Http", "System.Diagnostics.Process"];
        var referred = House.Load("Stiefel.Protocol").GetReferencedAssemblies().Select(assembly => assembly.Name!);
        Assert.Equal([], referred.Intersect(forbidden));

        // File classes are in the same assembly as everything else, so look for their names in the source.
        Assert.Equal([], SourceOf("Stiefel.Protocol").Where(file => FileOrSocket().IsMatch(File.ReadAllText(file))).Select(file => Path.GetRelativePath(House.Root, file)));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void UnsafeCode_IsAllowedWhereItMustBe(string project)
    {
        string[] must = ["Stiefel.Linux"];
        Assert.True(must.Contains(project) || !House.ProjectFile(project).Contains("<AllowUnsafeBlocks>true", StringComparison.Ordinal));
    }

    private static IEnumerable<string> SourceOf(string project) => Directory.EnumerateFiles(Path.Combine(House.Root, "src", project), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal));

    private static IEnumerable<MethodInfo> MethodsOf(string project) => House.Load(project).GetTypes().SelectMany(type => type.GetMethods(
        BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly));

    private static string Name(MethodInfo method) => $"{method.DeclaringType}.{method.Name}";

    private static bool IsOurs(string assembly) => assembly.StartsWith("Stiefel.", StringComparison.Ordinal);

    [GeneratedRegex(@"\b(File|Directory|FileStream|FileInfo|DirectoryInfo|Socket|TcpClient|UdpClient)\b[.(]")]
    private static partial Regex FileOrSocket();
}
